"use client";

import {
  type QueryClient,
  type QueryKey,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";

import { api } from "@/lib/api/client";
import type { Credentials, User } from "@/lib/api/types";

const KEY = ["me"];

/** Who is logged in. */
export function useUser() {
  return useQuery({ queryKey: KEY, queryFn: () => api.me(), staleTime: Number.POSITIVE_INFINITY });
}

export function isUserQuery(key: QueryKey): boolean {
  return key[0] === KEY[0];
}

/** Asks the server again who is logged in, where a page shows it. */
export function checkUser(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: KEY });
}

/** Log in or sign up. */
export function useEnter(mode: "login" | "signup") {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: Credentials): Promise<User> =>
      mode === "login" ? api.logIn(given) : api.signUp(given),
    onSuccess: (user) => {
      client.clear();
      client.setQueryData(KEY, user);
    },
  });
}

/** Log out and forget everything that was loaded. */
export function useLogOut() {
  const client = useQueryClient();
  const logOut = useMutation({ mutationFn: () => api.logOut() });
  const done = logOut.isSuccess;
  // When the page is left: as long as it is there, it would load again what is missing.
  useEffect(() => {
    return () => {
      if (done) client.clear();
    };
  }, [client, done]);
  return logOut;
}
