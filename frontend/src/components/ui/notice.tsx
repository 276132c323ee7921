import type { ReactNode } from "react";

interface Props {
  children: ReactNode;
  /** The way on: what its button says and does. */
  action?: { name: string; run: () => void };
}

/** Something that went wrong, said aloud by screen readers, with a way on. */
export function Notice({ children, action }: Props) {
  return (
    <div
      className="flex items-center justify-between gap-3 rounded-xl bg-danger-soft px-4 py-2.5 text-sm text-danger"
      role="alert"
    >
      <span className="min-w-0 break-words">{children}</span>
      {action && (
        <button
          className="-my-1 min-h-9 shrink-0 font-medium underline underline-offset-4 pointer-coarse:min-h-11"
          onClick={action.run}
          type="button"
        >
          {action.name}
        </button>
      )}
    </div>
  );
}
