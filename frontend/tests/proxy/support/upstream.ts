import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A real HTTP server in the backend's place; each test says how it answers. */
export class Upstream {
  readonly seen: IncomingMessage[] = [];
  private handler: Handler = (_request, response) => void response.end();

  private constructor(private readonly server: Server) {
    server.on("request", (request, response) => {
      this.seen.push(request);
      void this.handler(request, response);
    });
  }

  static async start(): Promise<Upstream> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Upstream(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  answer(handler: Handler): void {
    this.seen.length = 0;
    this.handler = handler;
  }

  /** The next request's answer, for the test to give. */
  next(): Promise<ServerResponse> {
    return new Promise((resolve) => {
      this.answer((_request, response) => resolve(response));
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

export async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
