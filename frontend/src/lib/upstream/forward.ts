import type { Agent, ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream";

import { connectionsFor } from "@/lib/upstream/connections";
import { endToEnd, incoming } from "@/lib/upstream/headers";
import { UNAVAILABLE } from "@/lib/upstream/unavailable";

const DEFAULT_UPSTREAM = "http://127.0.0.1:8000";
const LONGEST_REST_MS = 2_000;

// A computed name: "NEXT_PUBLIC_" variables are otherwise replaced when the image is built,
// and the address is known only where it runs.
const ADDRESS_VARIABLE = ["NEXT_PUBLIC", "API_URL"].join("_");

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
export function forward(request: IncomingMessage, response: ServerResponse): void {
  const to = new URL(upstreamUrl());
  const { start, kept, fresh } = connectionsFor(to.protocol);
  const headers = incoming(request);
  const repeatable = mayBeRepeated(request);
  let left = false;
  let outgoing: ClientRequest | undefined;
  const failed = (error: Error) => {
    // The address stays in this log; the browser is only told to try again.
    if (!left) console.error(`backend ${to.origin} unreachable:`, error);
    if (response.headersSent) response.destroy();
    else response.writeHead(UNAVAILABLE.status, UNAVAILABLE.headers).end(UNAVAILABLE.body);
  };
  const send = (agent: Agent) => {
    const sent = start(to, { agent, method: request.method, path: request.url, headers });
    outgoing = sent;
    sent.on("error", (error) => {
      // The backend closed a kept connection before it saw this request on it.
      const again = agent === kept && sent.reusedSocket && !left && !response.headersSent;
      if (again) send(fresh);
      else failed(error);
    });
    sent.on("response", (answer) => pass(answer, response, failed));
    if (repeatable) sent.end();
    else request.pipe(sent).on("close", () => dropRest(request));
  };
  response.on("close", () => {
    left = !response.writableFinished;
    if (left) outgoing?.destroy();
  });
  send(repeatable ? kept : fresh);
}

/** Whether sending it twice is as good as once: it changes nothing, and has no body to keep. */
function mayBeRepeated(request: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  const reads = request.method === "GET" || request.method === "HEAD";
  return reads && length === undefined && encoding === undefined;
}

/**
 * Lets go what is still to come of a request that was answered before it was read.
 *
 * A pipeline would end the client's connection instead, and with it the answer or the next request.
 */
function dropRest(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  setTimeout(() => {
    if (!request.complete) request.destroy();
  }, LONGEST_REST_MS).unref();
}

function pass(
  answer: IncomingMessage,
  response: ServerResponse,
  failed: (error: Error) => void,
): void {
  answer.on("error", failed);
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer.rawHeaders));
  // An answer begins when it does, though its first part may take long.
  response.flushHeaders();
  pipeline(answer, response, () => undefined); // what fails is told to those above
}
