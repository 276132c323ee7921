// Uses TaskFlow as a browser does, through the frontend's service: a throw-away account, one
// task from its creation to its end, and out again. One line for every step.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

const site = process.env.FRONTEND_URL;
const prefix = process.env.API_PREFIX;
const wait = Number(process.env.WAIT_SECONDS);
const account = { email: `helm-test-${randomUUID()}@example.com`, password: randomUUID() };
const TASK = ["id", "user_id", "title", "description", "completed", "created_at", "updated_at"];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

// As process 1, Node.js ignores SIGTERM unless it is told to obey it.
process.on("SIGTERM", () => process.exit(143));

// Sends a request; returns the answer's status, kind and body. A body is read as JSON where it is.
async function call(method, path, { token, body } = {}) {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(new URL(path, site), {
    method,
    headers,
    body: body && JSON.stringify(body),
    redirect: "manual",
    signal: AbortSignal.timeout(15_000),
  });
  const kind = answer.headers.get("content-type") ?? "";
  const text = await answer.text();
  const isJson = kind.startsWith("application/json");
  return { status: answer.status, kind, body: isJson ? JSON.parse(text) : text };
}

// Runs one step and says how it went; the first that fails ends the test.
async function step(name, run) {
  try {
    const result = await run();
    console.log(`ok      ${name}`);
    return result;
  } catch (error) {
    console.error(`FAILED  ${name}: ${error.cause?.code ?? error.message}`);
    process.exit(1);
  }
}

function same(found, wanted, what) {
  if (isDeepStrictEqual(found, wanted)) return;
  throw new Error(`${what} must be ${JSON.stringify(wanted)}, not ${JSON.stringify(found)}`);
}

// Of a wrong answer only the code is shown: a body may have a token.
function answered(answer, status) {
  same(`${answer.status} ${answer.body.code ?? ""}`.trim(), `${status}`, "the answer");
  return answer.body;
}

function checkTask(task, expected) {
  same(Object.keys(task), TASK, "its keys");
  const { created_at, updated_at, ...rest } = task;
  for (const time of [created_at, updated_at]) same(TIME.test(time), true, "UTC in whole seconds");
  same(rest, expected, "the task");
}

// Pods may have just become ready, and network policies are applied a little later.
await step(`the frontend answers within ${wait} s: GET /livez`, async () => {
  for (const last = performance.now() + wait * 1000; ; await sleep(1000)) {
    try {
      same(answered(await call("GET", "/livez"), 200), { status: "alive" }, "its state");
      return;
    } catch (error) {
      if (performance.now() > last) throw error;
    }
  }
});

await step("the start page is served: GET /", async () => {
  const page = await call("GET", "/");
  answered(page, 200);
  same(page.kind.split(";")[0], "text/html", "its kind");
  same(page.body.includes("TaskFlow"), true, "that it names TaskFlow");
});

const { user, token } = await step(`an account is made: POST ${prefix}/auth/signup`, async () => {
  const made = answered(await call("POST", `${prefix}/auth/signup`, { body: account }), 201);
  same(Object.keys(made), ["user", "token", "message"], "its keys");
  same(Object.keys(made.user), ["id", "email", "created_at"], "the user's keys");
  same(made.user.email, account.email, "its email");
  return { user: made.user.id, token: made.token };
});

const task = await step(`a task is made: POST ${prefix}/tasks`, async () => {
  const body = { title: "Made by helm test" };
  const made = answered(await call("POST", `${prefix}/tasks`, { token, body }), 201);
  const expected = { id: made.id, user_id: user, ...body, description: null, completed: false };
  checkTask(made, expected);
  return expected;
});

await step(`it is the only one in the list: GET ${prefix}/tasks`, async () => {
  const tasks = answered(await call("GET", `${prefix}/tasks`, { token }), 200);
  same(tasks.length, 1, "their number");
  checkTask(tasks[0], task);
});

await step(`it is completed: PUT ${prefix}/tasks/{id}`, async () => {
  const body = { completed: true };
  const changed = answered(await call("PUT", `${prefix}/tasks/${task.id}`, { token, body }), 200);
  checkTask(changed, { ...task, completed: true });
});

await step(`it is deleted: DELETE ${prefix}/tasks/{id}`, async () => {
  const gone = answered(await call("DELETE", `${prefix}/tasks/${task.id}`, { token }), 204);
  same(gone, "", "the answer's body");
  same(answered(await call("GET", `${prefix}/tasks`, { token }), 200), [], "the list");
});

await step(`the account is logged out: POST ${prefix}/auth/logout`, async () => {
  const ended = answered(await call("POST", `${prefix}/auth/logout`, { token }), 200);
  same(ended.status, "pending", "its state");
  const refused = await call("GET", `${prefix}/auth/me`, { token });
  same([refused.status, refused.body.code], [401, "INVALID_TOKEN"], "the answer to its old token");
});

console.log("TaskFlow works.");
process.exit(0);
