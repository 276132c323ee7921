import Link from "next/link";

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 px-6">
      <h1 className="text-3xl font-semibold">There is nothing here.</h1>
      <Link className="text-accent underline" href="/">
        Back to the start
      </Link>
    </main>
  );
}
