"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { Credentials, User } from "@/lib/api/types";

const KEY = ["me"];

/** Who is logged in. */
export function useUser() {
  return useQuery({ queryKey: KEY, queryFn: () => api.me(), staleTime: Number.POSITIVE_INFINITY });
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
  return useMutation({ mutationFn: () => api.logOut(), onSuccess: () => client.clear() });
}
