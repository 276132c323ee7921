// Waits until the backend's name resolves and GET /health answers 200, for a bounded time.
// Runs in the frontend's own image before the frontend starts.
import { lookup } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";

const url = new URL("/health", process.env.NEXT_PUBLIC_API_URL);
const timeout = Number(process.env.WAIT_TIMEOUT_SECONDS);
const interval = Number(process.env.WAIT_INTERVAL_SECONDS);
const started = performance.now();
let reason = "no try has ended yet";
// How long a try may take. The first are short: network policies let a new pod's connections
// through a moment after it started, and TCP alone would try again only after a second.
let patience = 250;

// As process 1, Node.js ignores SIGTERM unless it is told to obey it.
process.on("SIGTERM", () => process.exit(143));

// A timer, so that no slow look-up or answer makes the wait longer.
setTimeout(() => {
  console.error(`Gave up on ${url} after ${timeout} s: ${reason}. Look at the backend's logs.`);
  process.exit(1);
}, timeout * 1000);

// Returns why the backend cannot be used yet, or undefined when it can.
async function obstacle() {
  try {
    await lookup(url.hostname);
  } catch (error) {
    return `the name ${url.hostname} does not resolve (${error.code})`;
  }
  try {
    const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(patience) });
    await answer.body?.cancel();
    return answer.status === 200 ? undefined : `it answers ${answer.status}`;
  } catch (error) {
    return `no answer (${error.cause?.code ?? error.name})`;
  }
}

for (;;) {
  const found = await obstacle();
  if (found === undefined) break;
  if (found !== reason) console.log(`Waiting for ${url}, up to ${timeout} s: ${found}.`);
  reason = found;
  await sleep(Math.min(patience, interval * 1000));
  patience = Math.min(patience * 2, 3000);
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`The backend answered after ${seconds} s.`);
process.exit(0);
