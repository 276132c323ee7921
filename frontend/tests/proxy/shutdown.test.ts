import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";

import { Frontend } from "./support/frontend";
import { bodyOf, Upstream } from "./support/upstream";

const SOON_MS = 3_000;
// What Node.js promises a connection that is idle, and a little of its own.
const KEPT_MS = 6_000;
const TERMINATED = 128 + 15;

let upstream: Upstream;
let frontend: Frontend;
let browser: Agent;

beforeEach(async () => {
  upstream = await Upstream.start();
  frontend = await Frontend.start(upstream.url);
  browser = new Agent({ keepAlive: true, maxSockets: 1 });
});

afterEach(async () => {
  browser.destroy();
  await frontend.stop();
  await upstream.stop();
});

function endedWithin(milliseconds: number): Promise<number | null | "still running"> {
  return Promise.race([frontend.ended, sleep(milliseconds, "still running" as const)]);
}

/** Sends a request by the browser's one connection; says on which it went, and whether it closes. */
async function ask(path: string) {
  const answer = await frontend.send(path, { agent: browser });
  const { localPort } = answer.socket;
  await bodyOf(answer);
  return { localPort, status: answer.statusCode, connection: answer.headers.connection };
}

it("SIGTERM leaves an idle connection open until a request has come by it", async () => {
  const before = await ask("/livez");
  expect(before).toMatchObject({ status: 200, connection: "keep-alive" });

  frontend.signal("SIGTERM");
  await sleep(1_500);

  expect(await ask("/livez")).toEqual({ ...before, connection: "close" });
  expect(await endedWithin(SOON_MS)).toBe(TERMINATED);
});

it.each(["/", "/api/v1/tasks", "/icon.svg"])("after SIGTERM %s is served, once", async (path) => {
  upstream.answer((_request, response) => void response.end("well"));
  await ask("/livez");
  frontend.signal("SIGTERM");
  await sleep(300);

  expect(await ask(path)).toMatchObject({ status: 200, connection: "close" });
  const other = await frontend.send(path);
  await bodyOf(other);
  expect(other.statusCode).toBe(200);
  expect(await endedWithin(SOON_MS)).toBe(TERMINATED);
});

it("SIGTERM ends the server, though a browser keeps its connection and does not use it", async () => {
  await ask("/livez");

  frontend.signal("SIGTERM");

  expect(await endedWithin(KEPT_MS + SOON_MS)).toBe(TERMINATED);
});

it("SIGTERM ends a server soon that nobody is connected to; a second one ends it at once", async () => {
  await bodyOf(await frontend.send("/livez"));
  frontend.signal("SIGTERM");
  expect(await endedWithin(SOON_MS)).toBe(TERMINATED);

  const other = await Frontend.start(upstream.url);
  const answered = upstream.next();
  const cut = other.send("/api/v1/chat", { method: "POST" }).catch(() => "cut");
  await answered;
  other.signal("SIGTERM");
  await sleep(200);
  other.signal("SIGTERM");
  expect(await Promise.race([other.ended, sleep(1_000)])).toBe(TERMINATED);
  expect(await cut).toBe("cut");
  await other.stop();
});

it("SIGTERM lets an answer that is under way arrive whole", async () => {
  const answered = upstream.next();
  const sent = frontend.send("/api/v1/chat", { method: "POST" });
  const open = await answered;
  open.write("the first half, ");
  const answer = await sent;

  frontend.signal("SIGTERM");
  await expect
    .poll(
      () =>
        frontend.send("/livez").then(
          (alive) => bodyOf(alive).then(() => "open"),
          () => "closed",
        ),
      { timeout: KEPT_MS + SOON_MS },
    )
    .toBe("closed");
  open.end("the second half");

  expect((await bodyOf(answer)).toString()).toBe("the first half, the second half");
  expect(await endedWithin(SOON_MS)).toBe(TERMINATED);
});
