// Tries to reach the backend from a pod that is not the frontend. This pod's own policy lets it
// set out for the backend, so what stops it is the backend's policy, or nothing does.
import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const health = new URL("/health", process.env.FRONTEND_URL);
const backend = new URL(process.env.BACKEND_URL);
const wait = Number(process.env.WAIT_SECONDS);
const settle = Number(process.env.SETTLE_SECONDS);
const enforced = process.env.POLICIES_ENFORCED === "true";
const ATTEMPT_MILLISECONDS = 2000;
const TIMES_REFUSED = 3;

// As process 1, Node.js ignores SIGTERM unless it is told to obey it.
process.on("SIGTERM", () => process.exit(143));

function end(code, message) {
  (code === 0 ? console.log : console.error)(message);
  process.exit(code);
}

// Returns why the backend does not answer through the frontend, or undefined when it does.
async function obstacle() {
  try {
    const answer = await fetch(health, { redirect: "manual", signal: AbortSignal.timeout(5000) });
    await answer.body?.cancel();
    return answer.status === 200 ? undefined : `it answers ${answer.status}`;
  } catch (error) {
    return `no answer (${error.cause?.code ?? error.name})`;
  }
}

// Returns how a connection to the backend was stopped, or undefined when there was one.
function stopped(address) {
  const { promise, resolve } = Promise.withResolvers();
  const socket = connect(Number(backend.port), address);
  socket.setTimeout(ATTEMPT_MILLISECONDS, () => resolve("no answer"));
  socket.once("connect", () => resolve(undefined));
  socket.once("error", (error) => resolve(error.code));
  return promise.finally(() => socket.destroy());
}

// Without this, a backend that is down would look like one that is out of reach.
async function checkThatItRuns(seconds) {
  for (const last = performance.now() + seconds * 1000; ; await sleep(1000)) {
    const found = await obstacle();
    if (found === undefined) return;
    if (performance.now() > last) end(1, `FAILED  Cannot tell: ${health} must answer, but: ${found}.`);
  }
}

await checkThatItRuns(wait);
console.log(`ok      The backend answers through the frontend, at ${health}.`);

const address = await lookup(backend.hostname).then(
  (found) => found.address,
  (error) => end(1, `FAILED  Cannot tell: the name ${backend.hostname} does not resolve (${error.code}).`),
);

// A policy is applied a little after the pod has started, so it may let through at first.
const last = performance.now() + settle * 1000;
let reason;
for (let refused = 0; refused < TIMES_REFUSED; await sleep(500)) {
  reason = await stopped(address);
  refused = reason === undefined ? 0 : refused + 1;
  if (reason !== undefined || performance.now() < last) continue;
  const what = `Network policies are not enforced by this cluster: this pod reached ${backend.host}.`;
  if (!enforced) end(0, `ok      ${what} tests.policiesEnforced is false, so this is no failure.`);
  end(1, `FAILED  ${what} Use a network plug-in that does, or set tests.policiesEnforced to false.`);
}

await checkThatItRuns(0);
end(0, `ok      This pod does not reach the backend itself, at ${backend.host} (${reason}).`);
