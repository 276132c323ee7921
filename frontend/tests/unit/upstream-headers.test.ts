import { describe, expect, it } from "vitest";

import { endToEnd, incoming } from "@/lib/upstream/headers";
import { PEER_HEADER } from "@/lib/upstream/peer";

describe("headers for the backend", () => {
  it("are the browser's, without those of its own connection", () => {
    const request = new Request("http://tasks.example:3000/api/v1/tasks", {
      headers: {
        Accept: "application/json",
        "Accept-Encoding": "gzip, br",
        Authorization: "Bearer token",
        Connection: "keep-alive, X-Of-This-Connection",
        "Keep-Alive": "timeout=5",
        "Proxy-Authorization": "Basic secret",
        TE: "trailers",
        "Transfer-Encoding": "chunked",
        Upgrade: "h2c",
        "X-Of-This-Connection": "yes",
      },
    });

    expect(incoming(request, new URL(request.url))).toEqual({
      accept: "application/json",
      "accept-encoding": "identity",
      authorization: "Bearer token",
      "x-forwarded-host": "tasks.example:3000",
      "x-forwarded-proto": "http",
    });
  });

  it("keep what a server in front has said about the browser", () => {
    const request = new Request("http://127.0.0.1:3000/health", {
      headers: { "X-Forwarded-Host": "tasks.example", "X-Forwarded-Proto": "https" },
    });

    expect(incoming(request, new URL(request.url))).toMatchObject({
      "x-forwarded-host": "tasks.example",
      "x-forwarded-proto": "https",
    });
  });

  it.each([
    ["from whom the connection came", { [PEER_HEADER]: "192.0.2.7" }, "192.0.2.7"],
    ["nothing where that is not known", {}, undefined],
    [
      "the same when the connection is said to own it",
      { [PEER_HEADER]: "192.0.2.7", Connection: `x-forwarded-for, ${PEER_HEADER}` },
      "192.0.2.7",
    ],
  ])("say as the address %s, never what the client says", (_what, known, expected) => {
    const request = new Request("http://127.0.0.1:3000/api/v1/tasks", {
      headers: {
        ...(known as Record<string, string>),
        Forwarded: "for=198.51.100.1",
        "X-Forwarded-For": "198.51.100.1",
      },
    });

    const headers = incoming(request, new URL(request.url));

    expect(headers["x-forwarded-for"]).toBe(expected);
    expect(JSON.stringify(headers)).not.toContain("198.51.100.1");
    expect(headers).not.toHaveProperty(PEER_HEADER);
  });
});

describe("headers for the browser", () => {
  it("keep repeated cookies apart", () => {
    const cookies = ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly", "b=2; Path=/"];

    const headers = endToEnd(cookies.flatMap((cookie) => ["Set-Cookie", cookie]));

    expect(headers.getSetCookie()).toEqual(cookies);
  });

  it("leave out those of the backend's own connection", () => {
    const raw = [
      ["Connection", "close, X-Hop"],
      ["X-Hop", "1"],
      ["Transfer-Encoding", "chunked"],
      ["Content-Type", "application/json"],
      ["Retry-After", "1"],
    ];

    expect([...endToEnd(raw.flat())]).toEqual([
      ["content-type", "application/json"],
      ["retry-after", "1"],
    ]);
  });
});
