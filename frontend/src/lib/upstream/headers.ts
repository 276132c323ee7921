// Headers of one connection, not of the message (RFC 9110, section 7.6.1).
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The headers for the backend: the browser's own, and how it reached this server. */
export function incoming(request: Request, url: URL): Record<string, string> {
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    if (!HOP_BY_HOP.has(name)) headers[name] = value;
  });
  headers["x-forwarded-host"] ??= request.headers.get("host") ?? url.host;
  headers["x-forwarded-proto"] ??= url.protocol.replace(":", "");
  return headers;
}

/** The backend's headers for the browser, repeated ones (such as Set-Cookie) kept apart. */
export function endToEnd(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    if (!HOP_BY_HOP.has(name.toLowerCase())) headers.append(name, raw[index + 1] ?? "");
  }
  return headers;
}
