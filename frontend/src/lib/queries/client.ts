import { QueryCache, QueryClient } from "@tanstack/react-query";

import { ApiError, isLoggedOut } from "@/lib/api/errors";
import { checkUser, isUserQuery } from "@/lib/queries/session";

const MOST_RETRIES = 2;
const FRESH_MS = 5_000;

/** What the pages have loaded, and how they load it. */
export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: { queries: { retry: shouldRetry, staleTime: FRESH_MS } },
    // A refused change is followed by a query, so queries are enough to see a session end.
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isLoggedOut(error) && !isUserQuery(query.queryKey)) void checkUser(client);
      },
    }),
  });
  return client;
}

/** Retries what may pass by itself; an answer that says no stays a no. */
function shouldRetry(failures: number, error: Error): boolean {
  const passing = !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
  return passing && failures < MOST_RETRIES;
}
