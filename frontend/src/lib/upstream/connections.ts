import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";

// A connection stays with one backend pod, so it is left now and then for a new one, which may
// lead to another pod.
const LONGEST_USE_MS = 10_000;
const KEEP = { keepAlive: true, scheduling: "fifo", maxFreeSockets: 32 } as const;
const since = new WeakMap<Duplex, number>();

function mayStay(socket: Duplex): boolean {
  const now = performance.now();
  const first = since.get(socket) ?? now;
  since.set(socket, first);
  return now - first < LONGEST_USE_MS;
}

class KeptHttp extends HttpAgent {
  override keepSocketAlive(socket: Duplex): boolean {
    const kept: unknown = super.keepSocketAlive(socket); // typed as nothing, documented as a boolean
    return kept === true && mayStay(socket);
  }
}

class KeptHttps extends HttpsAgent {
  override keepSocketAlive(socket: Duplex): boolean {
    const kept: unknown = super.keepSocketAlive(socket); // typed as nothing, documented as a boolean
    return kept === true && mayStay(socket);
  }
}

/** How requests are started, and on which connections. */
export interface Connections {
  start: typeof httpRequest;
  kept: HttpAgent;
  fresh: HttpAgent;
}

const HTTP: Connections = {
  start: httpRequest,
  kept: new KeptHttp(KEEP),
  fresh: new HttpAgent({ keepAlive: false }),
};
const HTTPS: Connections = {
  start: httpsRequest,
  kept: new KeptHttps(KEEP),
  fresh: new HttpsAgent({ keepAlive: false }),
};

/**
 * How to connect to a backend: on kept connections, or on a fresh one.
 *
 * A kept connection costs a fraction of a new one (no name to look up, no handshake, no policy to
 * decide). The backend may close it just when it is used again, so only what can be sent twice
 * belongs on it.
 */
export function connectionsFor(protocol: string): Connections {
  return protocol === "https:" ? HTTPS : HTTP;
}
