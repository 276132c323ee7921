interface Props<Name extends string> {
  /** What is chosen, for screen readers. */
  legend: string;
  names: readonly Name[];
  chosen: Name;
  onChoose: (name: Name) => void;
}

/** One of a few, side by side. */
export function Choice<Name extends string>({ legend, names, chosen, onChoose }: Props<Name>) {
  return (
    <fieldset className="flex rounded-full bg-raised p-1 text-sm">
      <legend className="sr-only">{legend}</legend>
      {names.map((name) => (
        <button
          aria-pressed={name === chosen}
          className="min-h-7 flex-1 rounded-full px-3 text-muted capitalize aria-pressed:bg-chosen aria-pressed:text-ink aria-pressed:shadow-sm sm:px-4 pointer-coarse:min-h-9"
          key={name}
          onClick={() => onChoose(name)}
          type="button"
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
