import { subscribe } from "node:diagnostics_channel";
import type { RequestListener, Server } from "node:http";

import { forward } from "@/lib/upstream/forward";

const FOR_BACKEND = /^\/(?:api\/|health(?:[/?]|$))/;

/**
 * Sends requests for the backend on before Next.js sees them.
 *
 * As routes of Next.js they cost four to six times the CPU time, most of all in a server that has
 * just started: with half a core it would fall behind when an upgrade replaces all others.
 * A subscriber is told of a request before the server's listeners are, the first one included.
 */
export function bypassForBackend(): void {
  const known = new WeakSet<Server>();
  subscribe("http.server.request.start", (message) => {
    const { server } = message as { server: Server };
    if (known.has(server)) return;
    known.add(server);
    const listeners = server.listeners("request") as RequestListener[];
    server.removeAllListeners("request");
    server.on("request", (request, response) => {
      if (FOR_BACKEND.test(request.url ?? "")) forward(request, response);
      else for (const listener of listeners) listener.call(server, request, response);
    });
  });
}
