import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

// Headers of one connection, not of the message (RFC 9110, section 7.6.1).
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/**
 * The headers for the backend: the browser's own, and how it reached this server.
 *
 * This server is the edge: X-Forwarded-For is the address of who is connected to it, whatever
 * the request says. The backend counts by it what one address may do.
 */
export function incoming(request: IncomingMessage): OutgoingHttpHeaders {
  const dropped = ofConnection(request.headers.connection);
  // What is expected, this server has answered already.
  dropped.add("x-forwarded-for").add("forwarded").add("expect");
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!dropped.has(name)) headers[name] = value;
  }
  // A body of unknown length has to be said to be one, whatever the method.
  if (request.headers["transfer-encoding"] !== undefined) headers["transfer-encoding"] = "chunked";
  headers["accept-encoding"] = "identity";
  if (request.socket.remoteAddress) headers["x-forwarded-for"] = request.socket.remoteAddress;
  headers["x-forwarded-host"] ??= request.headers.host;
  headers["x-forwarded-proto"] ??= "http";
  return headers;
}

/** The backend's headers for the browser as they came: names and values in turn. */
export function endToEnd(raw: readonly string[]): string[] {
  const names = raw.map((_, index) => raw[index - (index % 2)]?.toLowerCase() ?? "");
  const connection = raw.filter((_, index) => index % 2 === 1 && names[index] === "connection");
  const dropped = ofConnection(connection.join(","));
  return raw.filter((_, index) => !dropped.has(names[index] ?? ""));
}

/** What concerns one connection only: the known names, and those that it names itself. */
function ofConnection(connection = ""): Set<string> {
  const named = connection.split(",").map((name) => name.trim().toLowerCase());
  return new Set([...HOP_BY_HOP, ...named.filter(Boolean)]);
}
