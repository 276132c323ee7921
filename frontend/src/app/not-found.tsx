import Link from "next/link";

import { Logo } from "@/components/ui/logo";

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 px-6">
      <Logo />
      <h1 className="text-2xl font-semibold tracking-tight">There is no such page.</h1>
      <Link
        className="self-start py-1 font-medium text-accent underline underline-offset-4"
        href="/"
      >
        Back to the start
      </Link>
    </main>
  );
}
