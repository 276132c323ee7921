export const dynamic = "force-static";

/** Tells that this server runs; it asks nobody else. */
export function GET(): Response {
  return Response.json({ status: "alive" });
}
