import { subscribe } from "node:diagnostics_channel";
import type { Server, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

// Requests and connections that are on their way when the stop begins arrive within this time.
const ARRIVAL_MS = 500;
const LOOK_MS = 100;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Ends the server when it is told to, without cutting a request.
 *
 * Next.js's own end, which NEXT_MANUAL_SIG_HANDLE turns off, closes idle connections at once, and
 * a request may be on its way on one. Here each answer says from then on that its connection
 * closes; a connection that stays idle ends as it was promised to, after the time to keep it. Who
 * comes meanwhile is served. Then nothing new is accepted, and what runs may end: how long, says
 * whoever stops us, by killing us. A second signal ends it at once.
 */
export function drainWhenStopped(): void {
  let server: Server | undefined; // none before the first request: then there is nothing to wait for
  let stopping = false;
  subscribe("http.server.request.start", (message) => {
    const started = message as { server: Server; response: ServerResponse };
    server = started.server;
    if (stopping) started.response.setHeader("Connection", "close");
  });
  for (const [signal, code] of Object.entries(EXIT_CODES)) {
    process.on(signal, async () => {
      if (!stopping) {
        stopping = true;
        if (server) await drain(server);
      }
      process.exit(code);
    });
  }
}

async function drain(server: Server): Promise<void> {
  const start = performance.now();
  const kept = server.keepAliveTimeout + server.keepAliveTimeoutBuffer;
  await sleep(ARRIVAL_MS);
  while ((await connections(server)) > 0 && performance.now() - start < kept) await sleep(LOOK_MS);
  await new Promise((resolve) => server.close(resolve));
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
