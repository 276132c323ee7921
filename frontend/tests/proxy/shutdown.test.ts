import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";

import { Frontend } from "./support/frontend";
import { bodyOf, Upstream } from "./support/upstream";

const SOON_MS = 3_000;
const TERMINATED = 128 + 15;

let upstream: Upstream;
let frontend: Frontend;

beforeEach(async () => {
  upstream = await Upstream.start();
  frontend = await Frontend.start(upstream.url);
});

afterEach(async () => {
  await frontend.stop();
  await upstream.stop();
});

function endedSoon(): Promise<number | null | "still running"> {
  return Promise.race([frontend.ended, sleep(SOON_MS, "still running" as const)]);
}

it("SIGTERM ends the server soon, though a browser keeps its connection", async () => {
  const agent = new Agent({ keepAlive: true });
  upstream.answer((_request, response) => void response.end("well"));
  await bodyOf(await frontend.send("/health", { agent }));

  frontend.signal("SIGTERM");

  expect(await endedSoon()).toBe(TERMINATED);
  agent.destroy();
});

it("SIGTERM lets an answer that is under way arrive whole", async () => {
  const answered = upstream.next();
  const sent = frontend.send("/api/v1/chat", { method: "POST" });
  const open = await answered;
  open.write("the first half, ");
  const answer = await sent;

  frontend.signal("SIGTERM");
  await expect
    .poll(() =>
      frontend.send("/livez").then(
        () => "open",
        () => "closed",
      ),
    )
    .toBe("closed");
  open.end("the second half");

  expect((await bodyOf(answer)).toString()).toBe("the first half, the second half");
  expect(await endedSoon()).toBe(TERMINATED);
});
