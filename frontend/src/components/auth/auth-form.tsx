"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";

import { Button } from "@/components/ui/button";
import { Logo } from "@/components/ui/logo";
import { Notice } from "@/components/ui/notice";
import { messageOf } from "@/lib/api/errors";
import { useHydrated } from "@/lib/hydrated";
import { useEnter } from "@/lib/queries/session";

const TEXTS = {
  login: {
    title: "Welcome back",
    action: "Log in",
    other: "New here?",
    otherAction: "Create an account",
    otherPath: "/signup",
    password: "current-password",
  },
  signup: {
    title: "Create your account",
    action: "Sign up",
    other: "Already have an account?",
    otherAction: "Log in",
    otherPath: "/login",
    password: "new-password",
  },
};

const HINT = "password-hint";
const FIELD =
  "mt-1 min-h-11 w-full rounded-xl border border-edge bg-ground px-4 text-base font-normal";

export function AuthForm({ mode }: { mode: "login" | "signup" }) {
  const texts = TEXTS[mode];
  const router = useRouter();
  const enter = useEnter(mode);
  const hydrated = useHydrated();
  const working = enter.isPending || enter.isSuccess;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = { email: String(form.get("email")), password: String(form.get("password")) };
    enter.mutate(given, { onSuccess: () => router.push("/tasks") });
  }

  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-6 px-6 py-10">
      <Logo />
      <form
        className="flex flex-col gap-4 rounded-2xl border border-line bg-surface p-6"
        method="post"
        onSubmit={submit}
      >
        <h1 className="text-xl font-semibold">{texts.title}</h1>
        <label className="text-sm font-medium">
          Email
          <input
            autoComplete="email"
            className={FIELD}
            maxLength={255}
            name="email"
            required
            type="email"
          />
        </label>
        <label className="text-sm font-medium">
          Password
          <input
            aria-describedby={mode === "signup" ? HINT : undefined}
            autoComplete={texts.password}
            className={FIELD}
            minLength={mode === "signup" ? 8 : 1}
            name="password"
            required
            type="password"
          />
        </label>
        {mode === "signup" && (
          <p className="-mt-3 text-sm text-muted" id={HINT}>
            At least 8 characters.
          </p>
        )}
        {enter.isError && <Notice>{messageOf(enter.error)}</Notice>}
        <Button disabled={!hydrated || working} type="submit">
          {working ? "One moment…" : texts.action}
        </Button>
      </form>
      <p className="text-center text-sm text-muted">
        {texts.other}{" "}
        <Link
          className="inline-block py-1 font-medium text-accent underline underline-offset-4"
          href={texts.otherPath}
        >
          {texts.otherAction}
        </Link>
      </p>
    </main>
  );
}
