import Link from "next/link";

import { Logo } from "@/components/ui/logo";

const POINTS = [
  {
    title: "Say it",
    text: "“Add buy milk and remind me to call Mum.” Two tasks, one sentence.",
  },
  {
    title: "See it happen",
    text: "Every change the assistant makes shows up in your list at once.",
  },
  {
    title: "Works offline",
    text: "No model key? A built-in assistant uses the very same tools.",
  },
];

export default function Home() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-5xl flex-col px-6 py-8">
      <header className="flex items-center justify-between">
        <Logo />
        <Link
          className="-mr-4 flex min-h-11 items-center rounded-xl px-4 text-sm font-medium hover:bg-raised"
          href="/login"
        >
          Log in
        </Link>
      </header>
      <section className="my-auto py-16">
        <h1 className="max-w-3xl text-4xl leading-[1.08] font-semibold tracking-tight text-balance sm:text-6xl">
          A to-do list whose assistant does the work.
        </h1>
        <p className="mt-6 max-w-xl text-lg text-pretty text-muted">
          Tell it what you want done in plain words. It adds, finds, completes and tidies your tasks
          while you watch.
        </p>
        <div className="mt-8 flex flex-wrap gap-3">
          <Link
            className="rounded-xl bg-accent px-6 py-3 font-medium text-on-accent hover:bg-accent-strong"
            href="/signup"
          >
            Create an account
          </Link>
          <Link
            className="rounded-xl border border-line bg-surface px-6 py-3 font-medium hover:bg-raised"
            href="/tasks"
          >
            Open my tasks
          </Link>
        </div>
      </section>
      <ul className="grid gap-4 sm:grid-cols-3">
        {POINTS.map((point) => (
          <li className="rounded-2xl border border-line bg-surface p-5" key={point.title}>
            <h2 className="font-semibold">{point.title}</h2>
            <p className="mt-1 text-sm text-muted">{point.text}</p>
          </li>
        ))}
      </ul>
    </main>
  );
}
