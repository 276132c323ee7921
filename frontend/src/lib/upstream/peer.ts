import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

// A route sees headers only, and Next.js keeps an X-Forwarded-For that a client made up. So the
// address travels to the route in a header whose name no client can know. It is kept globally:
// Next.js bundles this module once for the server's start and once for the routes.
const shared = globalThis as typeof globalThis & { taskflowPeerHeader?: string };
shared.taskflowPeerHeader ??= `x-peer-${randomUUID()}`;

export const PEER_HEADER: string = shared.taskflowPeerHeader;

/** Notes on each request whose connection it came by, before Next.js sees it. */
export function notePeers(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const address = request.socket.remoteAddress;
    if (address !== undefined) request.headers[PEER_HEADER] = address;
  });
}
