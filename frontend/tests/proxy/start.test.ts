import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";

import { Frontend } from "./support/frontend";
import { bodyOf, Upstream } from "./support/upstream";

const LOOK_MS = 5;
const TERMINATED = 128 + 15;

let upstream: Upstream;
let frontend: Frontend;

beforeEach(async () => {
  upstream = await Upstream.start();
  frontend = await Frontend.begin(upstream.url);
});

afterEach(async () => {
  await frontend.stop();
  await upstream.stop();
});

/** Connects as soon as somebody listens. */
async function connected(): Promise<Socket> {
  for (;;) {
    const socket = connect(frontend.port, "127.0.0.1");
    const found = await once(socket, "connect").catch(() => null);
    if (found) return socket;
    await sleep(LOOK_MS);
  }
}

/** Sends a request on the first connection that there can be. */
async function first(path: string) {
  const socket = await connected();
  return frontend.send(path, { createConnection: () => socket });
}

it("whoever asks for a page before Next.js is loaded gets it", async () => {
  const socket = await connected();
  const before = frontend.log;
  const page = await frontend.send("/", { createConnection: () => socket });

  expect(before).toBe("");
  expect(page.statusCode).toBe(200);
  expect((await bodyOf(page)).toString()).toContain("<title>TaskFlow</title>");
});

it("/livez tells at once that the process runs", async () => {
  const answer = await first("/livez");

  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    "cache-control": "no-store",
    "content-type": "application/json",
  });
  expect((await bodyOf(answer)).toString()).toBe('{"status":"alive"}');
});

it("SIGTERM while Next.js is loaded ends it", async () => {
  await bodyOf(await first("/livez"));
  frontend.signal("SIGTERM");

  expect(await frontend.ended).toBe(TERMINATED);
});
