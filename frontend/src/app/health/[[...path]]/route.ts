import { notYet } from "@/lib/upstream/unavailable";

export const dynamic = "force-dynamic";

// Requests for the backend do not come here: see src/lib/upstream/bypass.ts.
export {
  notYet as DELETE,
  notYet as GET,
  notYet as HEAD,
  notYet as OPTIONS,
  notYet as PATCH,
  notYet as POST,
  notYet as PUT,
};
