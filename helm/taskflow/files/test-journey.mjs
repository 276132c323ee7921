// Uses TaskFlow as a browser does, through the frontend's service: plays the requests of
// journey.json and compares status and body of each answer with the recorded ones, byte for byte.
// What differs from run to run stands there as a symbol, such as ⟨uuid4#2⟩, and is the same
// wherever the symbol is. The account is removed in the end, whatever happened.
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

const site = process.env.FRONTEND_URL;
const wait = Number(process.env.WAIT_SECONDS);
const journey = JSON.parse(process.env.JOURNEY);
const run = Array.from({ length: 10 }, () => String.fromCharCode(97 + randomInt(26))).join("");
const LONGEST_SHOWN = 60;
const LARGEST_DISTANCE = 600_000;

const TOKENS = /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g;
const FORMS = {
  run: new RegExp(run, "y"),
  environment: /(?:[^"\\]|\\.)+/y,
  uuid4: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/y,
  "timeT.0Z": /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/y,
  token: new RegExp(TOKENS, "y"),
};
const variables = new Map([["run", run]]);
const bound = new Map();

// As process 1, Node.js ignores SIGTERM unless it is told to obey it.
process.on("SIGTERM", () => process.exit(143));

function fill(text) {
  return text.replace(/\{\{ (\w+) \}\}/g, (_, name) => {
    if (variables.has(name)) return variables.get(name);
    throw new Error(`no answer before told ${name}`);
  });
}

// Sends a request; returns the answer's status, kind, cookies and body.
async function call(method, path, headers = {}, body = undefined) {
  const answer = await fetch(new URL(path, site), {
    method,
    headers,
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(15_000),
  });
  const bytes = await answer.arrayBuffer();
  return {
    status: answer.status,
    kind: answer.headers.get("content-type") ?? "",
    cookies: answer.headers.getSetCookie(),
    body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
  };
}

// Says how one step went.
async function step(name, play) {
  try {
    await play();
    console.log(`ok      ${name}`);
    return true;
  } catch (error) {
    console.error(`FAILED  ${name}: ${error.cause?.code ?? error.message}`);
    return false;
  }
}

function same(found, wanted, what) {
  if (found === wanted) return;
  throw new Error(`${what} must be ${JSON.stringify(wanted)}, not ${JSON.stringify(found)}`);
}

// Of a wrong answer to a request only the code is shown here: a body may have a token.
function answered(answer, status) {
  const code = /"code":"(\w+)"/.exec(answer.body)?.[1] ?? "";
  const found = answer.status === status ? `${status}` : `${answer.status} ${code}`.trim();
  same(found, `${status}`, "the answer");
}

// Compares a body with the recorded one.
function compare(body, recorded) {
  let at = 0;
  for (const piece of recorded.split(/(⟨[^⟩]+⟩)/)) {
    if (!piece.startsWith("⟨")) {
      if (!body.startsWith(piece, at)) differ(body, at, piece);
      at += piece.length;
    } else {
      at += bind(piece, body, at).length;
    }
  }
  if (at < body.length) differ(body, at, "");
}

// Returns the value that stands where a symbol was recorded, and remembers it.
function bind(symbol, body, at) {
  const [kind, number] = symbol.slice(1, -1).split("#");
  const form = FORMS[kind];
  form.lastIndex = at;
  const value = form.exec(body)?.[0];
  if (value === undefined) differ(body, at, symbol);
  if (number === undefined) return value;
  const known = bound.get(symbol);
  if (known !== undefined && value !== known) differ(body, at, `the same ${symbol} as before`);
  if (kind === "timeT.0Z") {
    const distance = Math.abs(Date.parse(value) - Date.now());
    if (!(distance < LARGEST_DISTANCE)) differ(body, at, "a time of these minutes");
  } else if (known === undefined && [...bound.values()].includes(value)) {
    differ(body, at, `a new ${symbol}`);
  }
  bound.set(symbol, value);
  return value;
}

function differ(body, at, wanted) {
  const begin = Math.max(body.lastIndexOf('"', at), 0);
  const shown = body.slice(begin).replaceAll(TOKENS, "⟨token⟩").slice(0, LONGEST_SHOWN);
  const more = wanted.slice(0, LONGEST_SHOWN) || "nothing";
  throw new Error(`its body at character ${at}, in ${shown}, must go on with ${more}`);
}

// Keeps what later requests need: a key such as user.id, or a cookie.
function keep(name, place, answer) {
  const cookie = place.startsWith("cookie ") && `${place.slice("cookie ".length)}=`;
  const value = cookie
    ? answer.cookies.find((each) => each.startsWith(cookie))?.slice(cookie.length).split(";")[0]
    : place.split(".").reduce((found, key) => found?.[key], parsed(answer.body));
  if (typeof value === "string") variables.set(name, value);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON has no keys; what is wrong with it is told by who compares it
  }
}

function play({ step: id, method, path, headers, body, keep: kept = {}, status, answer: recorded }) {
  return step(`${id}: ${method} ${path.replaceAll("{{ ", "{").replaceAll(" }}", "}")}`, async () => {
    const sent = Object.entries(headers).map(([name, value]) => [name, fill(value)]);
    const answer = await call(method, fill(path), sent, body && fill(body));
    for (const [name, place] of Object.entries(kept)) keep(name, place, answer);
    answered(answer, status);
    compare(answer.body, recorded);
  });
}

// Pods may have just become ready, and network policies are applied a little later.
async function waitForFrontend() {
  for (const last = performance.now() + wait * 1000; ; await sleep(1000)) {
    try {
      const answer = await call("GET", "/livez");
      answered(answer, 200);
      same(answer.body, '{"status":"alive"}', "its body");
      return;
    } catch (error) {
      if (performance.now() > last) throw error;
    }
  }
}

async function lookAtStartPage() {
  const page = await call("GET", "/");
  answered(page, 200);
  same(page.kind.split(";")[0], "text/html", "its kind");
  same(page.body.includes("TaskFlow"), true, "that it names TaskFlow");
}

let works = await step(`the frontend answers within ${wait} s: GET /livez`, waitForFrontend);
works &&= await step("the start page is served: GET /", lookAtStartPage);
for (const each of journey.steps) works &&= await play(each);
// Nothing is left to remove where there is no account.
const made = variables.size > 1;
for (const each of made ? journey.cleanup : []) works = (await play(each)) && works;
if (works) console.log("TaskFlow works.");
process.exit(works ? 0 : 1);
