import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll } from "vitest";

import { Frontend } from "./frontend";
import { Upstream } from "./upstream";

/** A frontend and the backend behind it, for all tests of a file. */
export class Both {
  upstream!: Upstream;
  frontend!: Frontend;

  constructor() {
    beforeAll(async () => {
      this.upstream = await Upstream.start();
      // Its port is chosen anew by every run, so that the build cannot know the address.
      this.frontend = await Frontend.start(this.upstream.url);
    });
    afterAll(async () => {
      await this.frontend.stop();
      await this.upstream.stop();
    });
  }

  /** Lets the backend begin an answer and leave it open, and returns both its ends. */
  async begin(path: string, part: string): Promise<[ServerResponse, IncomingMessage]> {
    const answered = this.upstream.next();
    const sent = this.frontend.send(path);
    const open = await answered;
    open.writeHead(200, { "Content-Type": "text/event-stream" });
    open.write(part);
    return [open, await sent];
  }
}
