import type { ComponentProps } from "react";

const LOOKS = {
  primary: "bg-accent text-on-accent enabled:hover:bg-accent-strong px-5",
  quiet: "text-muted enabled:hover:bg-raised enabled:hover:text-ink px-4",
  outlined: "border border-line bg-surface enabled:hover:bg-raised px-4",
  danger: "bg-danger-soft text-danger px-4",
};

type Props = ComponentProps<"button"> & { look?: keyof typeof LOOKS; small?: boolean };

export function Button({ look = "primary", small = false, className = "", ...rest }: Props) {
  const size = small ? "min-h-9 text-sm pointer-coarse:min-h-11" : "min-h-11";
  return (
    <button
      className={`rounded-xl font-medium disabled:opacity-60 ${size} ${LOOKS[look]} ${className}`}
      type="button"
      {...rest}
    />
  );
}
