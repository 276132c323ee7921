import type { ReactNode } from "react";

/** Something that went wrong, said aloud by screen readers, with a way on. */
export function Notice({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div
      className="flex items-center justify-between gap-3 rounded-xl bg-danger-soft px-4 py-2.5 text-sm text-danger"
      role="alert"
    >
      <span>{children}</span>
      {action}
    </div>
  );
}
