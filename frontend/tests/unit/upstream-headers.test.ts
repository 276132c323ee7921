import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";

import { endToEnd, incoming } from "@/lib/upstream/headers";

function request(headers: IncomingHttpHeaders, remoteAddress?: string): IncomingMessage {
  return { headers, socket: { remoteAddress } } as IncomingMessage;
}

describe("headers for the backend", () => {
  it("are the browser's, without those of its own connection", () => {
    const given = request({
      accept: "application/json",
      "accept-encoding": "gzip, br",
      authorization: "Bearer token",
      connection: "keep-alive, X-Of-This-Connection",
      expect: "100-continue",
      host: "tasks.example:3000",
      "keep-alive": "timeout=5",
      "proxy-authorization": "Basic secret",
      te: "trailers",
      upgrade: "h2c",
      "x-of-this-connection": "yes",
    });

    expect(incoming(given)).toEqual({
      accept: "application/json",
      "accept-encoding": "identity",
      authorization: "Bearer token",
      host: "tasks.example:3000",
      "x-forwarded-host": "tasks.example:3000",
      "x-forwarded-proto": "http",
    });
  });

  it("say of a body of unknown length that there is one", () => {
    const given = request({
      "transfer-encoding": "chunked",
      connection: "transfer-encoding",
    });

    expect(incoming(given)["transfer-encoding"]).toBe("chunked");
  });

  it("keep what a server in front has said about the browser", () => {
    const given = request({ "x-forwarded-host": "tasks.example", "x-forwarded-proto": "https" });

    expect(incoming(given)).toMatchObject({
      "x-forwarded-host": "tasks.example",
      "x-forwarded-proto": "https",
    });
  });

  it.each([
    ["from whom the connection came", {}, "192.0.2.7"],
    ["nothing where that is not known", {}, undefined],
    [
      "the same when the connection is said to own it",
      { connection: "x-forwarded-for" },
      "192.0.2.7",
    ],
  ])("say as the address %s, never what the client says", (_what, more, address) => {
    const claims = { forwarded: "for=198.51.100.1", "x-forwarded-for": "198.51.100.1" };

    const headers = incoming(request({ ...more, ...claims }, address));

    expect(headers["x-forwarded-for"]).toBe(address);
    expect(JSON.stringify(headers)).not.toContain("198.51.100.1");
  });
});

describe("headers for the browser", () => {
  it("are the backend's, repeated ones kept apart, without those of its own connection", () => {
    const kept = [
      ["Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly"],
      ["set-cookie", "b=2; Path=/"],
      ["Content-Type", "application/json"],
      ["Retry-After", "1"],
    ].flat();
    const dropped = ["Connection", "close, X-Hop", "X-Hop", "1", "Transfer-Encoding", "chunked"];

    expect(endToEnd([...dropped, ...kept])).toEqual(kept);
  });
});
