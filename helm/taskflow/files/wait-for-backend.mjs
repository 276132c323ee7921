// Waits until the backend's name resolves and GET /health answers 200, for a bounded time.
// Runs in the frontend's own image before the frontend starts.
import { lookup } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";

const url = new URL("/health", process.env.NEXT_PUBLIC_API_URL);
const timeout = Number(process.env.WAIT_TIMEOUT_SECONDS);
const interval = Number(process.env.WAIT_INTERVAL_SECONDS);
const started = performance.now();
const elapsed = () => (performance.now() - started) / 1000;

// As process 1, Node.js ignores SIGTERM unless it is told to obey it.
process.on("SIGTERM", () => process.exit(143));

// Returns why the backend cannot be used yet, or undefined when it can.
async function obstacle() {
  try {
    await lookup(url.hostname);
  } catch (error) {
    return `the name ${url.hostname} does not resolve (${error.code})`;
  }
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
    await answer.body?.cancel();
    return answer.ok ? undefined : `it answers ${answer.status}`;
  } catch (error) {
    return `no answer (${error.cause?.code ?? error.name})`;
  }
}

let said;
let reason;
while ((reason = await obstacle()) !== undefined) {
  if (elapsed() >= timeout) {
    console.error(`Gave up on ${url} after ${timeout} s: ${reason}. Look at the backend's logs.`);
    process.exit(1);
  }
  if (reason !== said) console.log(`Waiting for ${url}, up to ${timeout} s: ${reason}.`);
  said = reason;
  await sleep(interval * 1000);
}
console.log(`The backend answered after ${elapsed().toFixed(1)} s.`);
process.exit(0);
