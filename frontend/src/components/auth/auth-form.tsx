"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";

import { Logo } from "@/components/ui/logo";
import { Notice } from "@/components/ui/notice";
import { messageOf } from "@/lib/api/errors";
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

const FIELD =
  "mt-1 w-full rounded-xl border border-line bg-ground px-4 py-2.5 placeholder:text-muted";

export function AuthForm({ mode }: { mode: "login" | "signup" }) {
  const texts = TEXTS[mode];
  const router = useRouter();
  const enter = useEnter(mode);

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
            autoComplete={texts.password}
            className={FIELD}
            minLength={mode === "signup" ? 8 : 1}
            name="password"
            required
            type="password"
          />
          {mode === "signup" && (
            <span className="mt-1 block font-normal text-muted">At least 8 characters.</span>
          )}
        </label>
        {enter.isError && <Notice>{messageOf(enter.error)}</Notice>}
        <button
          className="rounded-xl bg-accent px-4 py-2.5 font-medium text-on-accent hover:bg-accent-strong disabled:opacity-60"
          disabled={enter.isPending}
          type="submit"
        >
          {enter.isPending ? "One moment…" : texts.action}
        </button>
      </form>
      <p className="text-center text-sm text-muted">
        {texts.other}{" "}
        <Link
          className="font-medium text-accent underline-offset-4 hover:underline"
          href={texts.otherPath}
        >
          {texts.otherAction}
        </Link>
      </p>
    </main>
  );
}
