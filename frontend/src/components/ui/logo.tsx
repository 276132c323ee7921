import Link from "next/link";

export function Logo() {
  return (
    <Link className="flex items-center gap-2 rounded-lg font-semibold tracking-tight" href="/">
      <svg aria-hidden="true" className="size-7" viewBox="0 0 32 32">
        <rect className="fill-accent" height="32" rx="9" width="32" />
        <path
          className="stroke-on-accent"
          d="M9 16.5l5 5L23.5 11"
          fill="none"
          strokeLinecap="round"
          strokeLinejoin="round"
          strokeWidth="3.4"
        />
      </svg>
      TaskFlow
    </Link>
  );
}
