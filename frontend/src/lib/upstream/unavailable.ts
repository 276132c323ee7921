/** What is answered where the backend is not there, in the one shape of every error. */
export const UNAVAILABLE = {
  status: 503,
  headers: { "Content-Type": "application/json", "Retry-After": "1" },
  body: JSON.stringify({
    error: "Service Unavailable",
    code: "SERVICE_UNAVAILABLE",
    message: "The server does not answer at the moment. Try again in a second.",
  }),
};

/** For a request that came while this server started, before it forwarded any. */
export function notYet(): Response {
  return new Response(UNAVAILABLE.body, UNAVAILABLE);
}
