import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";

import { endToEnd, incoming } from "@/lib/upstream/headers";

const DEFAULT_UPSTREAM = "http://127.0.0.1:8000";
const RETRY_SECONDS = "1";

// A computed name: "NEXT_PUBLIC_" variables are otherwise replaced when the image is built,
// and the address is known only where it runs.
const ADDRESS_VARIABLE = ["NEXT_PUBLIC", "API_URL"].join("_");

// A connection for every request: a kept one may be closed by the backend just when it is used
// again, and a request with a body cannot be sent twice.
const HTTP = { start: httpRequest, agent: new HttpAgent({ keepAlive: false }) };
const HTTPS = { start: httpsRequest, agent: new HttpsAgent({ keepAlive: false }) };

/** The backend's address, as this server reaches it; a browser never sees it. */
function upstreamUrl(): string {
  return process.env[ADDRESS_VARIABLE] || DEFAULT_UPSTREAM;
}

/**
 * Hands a request to the backend and its answer to the browser, byte for byte.
 *
 * Node's own client is used instead of fetch, which would decompress the body, follow
 * redirects and rewrite headers.
 */
export async function forward(request: Request): Promise<Response> {
  try {
    const answer = await ask(request);
    const status = answer.statusCode ?? 502;
    const empty = status === 204 || status === 304 || request.method === "HEAD";
    if (empty) answer.resume();
    return new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
      status,
      statusText: answer.statusMessage ?? "",
      headers: endToEnd(answer.rawHeaders),
    });
  } catch (error) {
    // The address stays in this log; the browser is only told to try again.
    if (!request.signal.aborted) console.error(`backend ${upstreamUrl()} unreachable:`, error);
    return unavailable();
  }
}

function ask(request: Request): Promise<IncomingMessage> {
  const from = new URL(request.url);
  const to = new URL(from.pathname + from.search, upstreamUrl());
  const { start, agent } = to.protocol === "https:" ? HTTPS : HTTP;
  return new Promise((resolve, reject) => {
    const headers = incoming(request, from);
    const outgoing = start(to, { agent, method: request.method, headers });
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    request.signal.addEventListener("abort", () => outgoing.destroy());
    if (request.body) {
      Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0])
        .on("error", (error) => outgoing.destroy(error))
        .pipe(outgoing);
    } else {
      outgoing.end();
    }
  });
}

function unavailable(): Response {
  const body = {
    error: "Service Unavailable",
    code: "SERVICE_UNAVAILABLE",
    message: "The server does not answer at the moment. Try again in a second.",
  };
  return Response.json(body, { status: 503, headers: { "Retry-After": RETRY_SECONDS } });
}
