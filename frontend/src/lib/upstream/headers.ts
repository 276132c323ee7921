import { PEER_HEADER } from "@/lib/upstream/peer";

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
 *
 * Next.js drops Content-Encoding from what a route answers, so the backend may not compress.
 */
export function incoming(request: Request, url: URL): Record<string, string> {
  const dropped = ofConnection(request.headers.get("connection"));
  const peer = request.headers.get(PEER_HEADER);
  dropped.add("x-forwarded-for").add("forwarded").add(PEER_HEADER);
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    if (!dropped.has(name)) headers[name] = value;
  });
  headers["accept-encoding"] = "identity";
  if (peer !== null) headers["x-forwarded-for"] = peer;
  headers["x-forwarded-host"] ??= request.headers.get("host") ?? url.host;
  headers["x-forwarded-proto"] ??= url.protocol.replace(":", "");
  return headers;
}

/** The backend's headers for the browser, repeated ones (such as Set-Cookie) kept apart. */
export function endToEnd(raw: readonly string[]): Headers {
  const all = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    all.append(raw[index] ?? "", raw[index + 1] ?? "");
  }
  const dropped = ofConnection(all.get("connection"));
  return new Headers([...all].filter(([name]) => !dropped.has(name)));
}

/** What concerns one connection only: the known names, and those that it names itself. */
function ofConnection(connection: string | null): Set<string> {
  const named = (connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  return new Set([...HOP_BY_HOP, ...named.filter(Boolean)]);
}
