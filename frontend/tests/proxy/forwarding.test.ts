import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { Both } from "./support/both";
import { Frontend } from "./support/frontend";
import { bodyOf, Upstream } from "./support/upstream";

const both = new Both();

describe("a request", () => {
  it.each(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])(
    "by %s reaches the backend with its path, query and headers",
    async (method) => {
      both.upstream.answer((_request, response) => void response.end());
      const headers = { Authorization: "Bearer token", Cookie: "refresh_token=abc; other=1" };

      const answer = await both.frontend.send("/api/v1/tasks?q=a%2Fb%20c%2Bd&empty=", {
        method,
        headers,
      });

      await bodyOf(answer);
      expect(answer.statusCode).toBe(200);
      const [seen] = both.upstream.seen;
      const url = new URL(seen?.url ?? "", both.upstream.url);
      expect([seen?.method, url.pathname]).toEqual([method, "/api/v1/tasks"]);
      expect([...url.searchParams]).toEqual([
        ["q", "a/b c+d"],
        ["empty", ""],
      ]);
      expect(seen?.headers).toMatchObject({
        authorization: "Bearer token",
        cookie: "refresh_token=abc; other=1",
        "x-forwarded-host": `127.0.0.1:${both.frontend.port}`,
        "x-forwarded-proto": "http",
      });
    },
  );

  it.each([
    ["", {}],
    [", though the client names others", { "X-Forwarded-For": "198.51.100.1, 198.51.100.2" }],
    [
      ", though the client calls it the connection's",
      { "X-Forwarded-For": "198.51.100.1", Connection: "close, X-Forwarded-For" },
    ],
  ])("tells the backend from which address it came%s", async (_what, headers) => {
    both.upstream.answer((_request, response) => void response.end());

    await bodyOf(await both.frontend.send("/api/v1/tasks", { headers, localAddress: "127.0.0.9" }));

    const [seen] = both.upstream.seen;
    expect(seen?.headers["x-forwarded-for"]).toBe("127.0.0.9");
    expect(Object.keys(seen?.headers ?? {}).filter((name) => name.startsWith("x-peer"))).toEqual(
      [],
    );
  });

  it("keeps a slash at its end", async () => {
    both.upstream.answer((_request, response) => void response.writeHead(404).end());

    const answer = await both.frontend.send("/api/v1/tasks/");

    await bodyOf(answer);
    expect(answer.statusCode).toBe(404);
    expect(both.upstream.seen.map(({ url }) => url)).toEqual(["/api/v1/tasks/"]);
  });

  it("to /health goes to the backend, too", async () => {
    both.upstream.answer((_request, response) => void response.end("well"));

    const paths = ["/health", "/health/ready"];
    for (const path of paths) {
      expect((await bodyOf(await both.frontend.send(path))).toString()).toBe("well");
    }

    expect(both.upstream.seen.map((seen) => seen.url)).toEqual(paths);
  });

  it.each([
    ["of a known length", true],
    ["of an unknown length", false],
  ])("has its body passed on byte for byte, %s", async (_what, known) => {
    const body = randomBytes(3_000_000);
    let received: Buffer = Buffer.alloc(0);
    both.upstream.answer(async (request, response) => {
      received = await bodyOf(request);
      response.end();
    });

    const headers = known ? { "Content-Length": body.length } : { "Transfer-Encoding": "chunked" };
    const answer = await both.frontend.send("/api/v1/tasks", { method: "POST", headers }, body);

    expect(answer.statusCode).toBe(200);
    expect(received.equals(body)).toBe(true);
  });
});

describe("an answer", () => {
  it.each([200, 201, 204, 304, 307, 400, 401, 404, 418, 429, 500, 503])(
    "keeps its status %i, headers and body",
    async (status) => {
      const body = [204, 304].includes(status) ? "" : `{"status": ${status}}\n`;
      both.upstream.answer((_request, response) => {
        response.writeHead(status, [
          ["Content-Type", "application/json; charset=utf-8"],
          ["Location", "/api/v1/elsewhere"],
          ["Retry-After", "7"],
          ["ETag", '"abc"'],
          ["Set-Cookie", "refresh_token=a; HttpOnly; SameSite=Lax; Path=/api/v1/auth"],
          ["Set-Cookie", "other=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
        ] as unknown as string[]);
        response.end(body);
      });

      const answer = await both.frontend.send("/api/v1/auth/login", { method: "POST" });

      expect(answer.statusCode).toBe(status);
      expect((await bodyOf(answer)).toString()).toBe(body);
      expect(answer.headers).toMatchObject({
        "content-type": "application/json; charset=utf-8",
        location: "/api/v1/elsewhere",
        "retry-after": "7",
        etag: '"abc"',
        "set-cookie": [
          "refresh_token=a; HttpOnly; SameSite=Lax; Path=/api/v1/auth",
          "other=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
        ],
      });
      expect(both.upstream.seen).toHaveLength(1);
    },
  );

  it("is passed on byte for byte, and is not compressed though the browser would take it", async () => {
    const body = randomBytes(3_000_000);
    both.upstream.answer((request, response) => {
      const compressed = request.headers["accept-encoding"] !== "identity";
      response.end(compressed ? gzipSync(body) : body);
    });

    const answer = await both.frontend.send("/api/v1/tasks", {
      headers: { "Accept-Encoding": "gzip" },
    });

    expect((await bodyOf(answer)).equals(body)).toBe(true);
  });

  it("is streamed: each part arrives before the backend goes on", async () => {
    const [open, answer] = await both.begin("/api/v1/chat", "data: one\n\n");
    const parts = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;

    expect((await parts.next()).value?.toString()).toBe("data: one\n\n");
    open.write("data: two\n\n");
    expect((await parts.next()).value?.toString()).toBe("data: two\n\n");
    open.end();
    expect((await parts.next()).done).toBe(true);
  });

  it("that breaks off in the middle does not look complete", async () => {
    const [open, answer] = await both.begin("/api/v1/tasks", "the first half");

    open.destroy();

    await expect(bodyOf(answer)).rejects.toThrow();
    expect(answer.complete).toBe(false);
    await vi.waitFor(() => expect(both.frontend.log).toContain("ECONNRESET"));
  });
});

describe("without a backend", () => {
  let alone: Frontend;
  let address: string;

  beforeAll(async () => {
    const gone = await Upstream.start();
    address = gone.url;
    await gone.stop();
    alone = await Frontend.start(address);
  });

  afterAll(() => alone.stop());

  it.each(["/api/v1/tasks", "/health"])("%s tells to try again soon", async (path) => {
    const answer = await alone.send(path);
    const body = (await bodyOf(answer)).toString();

    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(body)).toEqual({
      error: "Service Unavailable",
      code: "SERVICE_UNAVAILABLE",
      message: "The server does not answer at the moment. Try again in a second.",
    });
    // The address is for the log, not for the browser.
    await vi.waitFor(() => expect(alone.log).toContain(`backend ${address} unreachable`));
  });

  it("/livez answers all the same", async () => {
    const answer = await alone.send("/livez");

    expect(answer.statusCode).toBe(200);
    expect(JSON.parse((await bodyOf(answer)).toString())).toEqual({ status: "alive" });
  });
});
