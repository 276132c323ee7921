import { once } from "node:events";
import { Agent, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";

import { Both } from "./support/both";
import { Frontend } from "./support/frontend";
import { bodyOf } from "./support/upstream";

const both = new Both();

describe("a request whose body is not wanted", () => {
  it("is answered while it is still sent, and its connection lives on", async () => {
    both.upstream.answer((request, response) => {
      if (request.method === "GET") return void response.end("well");
      response.writeHead(413, { "Content-Length": 9, Connection: "close" });
      response.write("too large");
      request.resume().on("end", () => response.end());
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = Buffer.alloc(3_000_000);
    const post = { method: "POST", headers: { "Content-Length": body.length }, agent };
    const ports = new Set<number | undefined>();

    for (let count = 0; count < 20; count += 1) {
      for (const [options, sent, said] of [
        [post, body, "too large"],
        [{ agent }, undefined, "well"],
      ] as const) {
        const answer = await both.frontend.send("/api/v1/tasks", options, sent);
        ports.add(answer.socket.localPort);
        expect((await bodyOf(answer)).toString()).toBe(said);
      }
    }
    agent.destroy();
    expect(ports.size).toBe(1);
    expect(both.frontend.log).not.toContain("unreachable");
  });

  it("that never ends is hung up on soon after its answer", async () => {
    both.upstream.answer((_request, response) => {
      response.writeHead(413, { "Content-Length": 9, Connection: "close" });
      response.end("too large");
    });
    const sent = both.frontend.request("/api/v1/tasks", { method: "POST" });
    sent.write("a part");
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    expect((await bodyOf(answer)).toString()).toBe("too large");
    sent.on("error", () => undefined);
    await once(answer.socket, "close");
  });
});

describe("a connection to the backend", () => {
  /** Sends requests one after the other and says on which connection each arrived. */
  async function ports(...methods: string[]): Promise<(number | undefined)[]> {
    const found: (number | undefined)[] = [];
    both.upstream.answer((request, response) => {
      found.push(request.socket.remotePort);
      response.end();
    });
    for (const method of methods)
      await bodyOf(await both.frontend.send("/api/v1/tasks", { method }));
    return found;
  }

  it("is kept for what only reads, and new for what writes", async () => {
    const [first, second, third] = await ports("GET", "GET", "HEAD");
    expect([second, third]).toEqual([first, first]);
    expect(new Set(await ports("POST", "POST", "DELETE")).size).toBe(3);
  });

  it("is left after ten seconds, so that new pods get their share", async () => {
    const found = [];
    for (let seconds = 0; seconds <= 15; seconds += 3) {
      found.push(...(await ports("GET")));
      await sleep(3_000); // the server would close a connection that is idle for five
    }
    const [first, ...later] = found;
    expect(later.slice(0, 3)).toEqual([first, first, first]);
    expect(later.at(-1)).not.toBe(first);
  }, 30_000);

  it("that the backend closes after its first use loses no request", async () => {
    // Takes one request on each connection and hangs up on a second one, as a server does
    // whose patience with an idle connection has just ended.
    const impatient = createServer((socket: Socket) => {
      let requests = 0;
      socket.on("data", () => {
        requests += 1;
        if (requests > 1) socket.destroy();
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
      });
    }).listen(0, "127.0.0.1");
    await once(impatient, "listening");
    const { port } = impatient.address() as AddressInfo;
    const other = await Frontend.start(`http://127.0.0.1:${port}`);
    try {
      for (let count = 0; count < 3; count += 1) {
        const answer = await other.send("/api/v1/tasks");
        expect([answer.statusCode, (await bodyOf(answer)).toString()]).toEqual([200, "OK"]);
      }
    } finally {
      await other.stop();
      impatient.close();
    }
  });
});

describe("a client that goes away", () => {
  /** The server answers the next request, and finds nothing in the last one worth a complaint. */
  async function expectWellSince(logged: number): Promise<void> {
    both.upstream.answer((_request, response) => void response.end("well"));
    expect((await bodyOf(await both.frontend.send("/health"))).toString()).toBe("well");
    expect(both.frontend.log.slice(logged)).toBe("");
  }

  it("before the answer ends the request to the backend", async () => {
    const logged = both.frontend.log.length;
    const answered = both.upstream.next();
    const asked = both.frontend.request("/api/v1/chat", { method: "POST" });
    asked.on("error", () => undefined);
    asked.end("{}");
    const open = await answered;

    asked.destroy();

    await once(open, "close");
    await expectWellSince(logged);
  });

  it("in the middle of the answer ends it, and the server goes on", async () => {
    const logged = both.frontend.log.length;
    const [open, answer] = await both.begin("/api/v1/chat", "data: one\n\n");

    answer.destroy();

    await once(open, "close");
    await expectWellSince(logged);
  });
});
