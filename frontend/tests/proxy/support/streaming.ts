import type { IncomingMessage, ServerResponse } from "node:http";

import type { Frontend } from "./frontend";
import type { Upstream } from "./upstream";

/** Lets the backend begin an answer and leave it open, and returns both its ends. */
export async function begin(
  upstream: Upstream,
  frontend: Frontend,
  path: string,
  part: string,
): Promise<[ServerResponse, IncomingMessage]> {
  const answered = upstream.next();
  const sent = frontend.send(path);
  const open = await answered;
  open.writeHead(200, { "Content-Type": "text/event-stream" });
  open.write(part);
  return [open, await sent];
}
