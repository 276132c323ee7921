interface Row {
  number: number | null;
  text: string;
}

type Block = { kind: "line"; text: string } | { kind: "list"; rows: Row[] };

/** A plain text as it reads best: lines stay lines, and "1. " or "- " makes a list. */
export function Prose({ text }: { text: string }) {
  return blocksOf(text).map((block, index) =>
    block.kind === "line" ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: what was said does not change
      <p className="min-h-[1lh]" key={index}>
        {block.text}
      </p>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: what was said does not change
      <List key={index} rows={block.rows} />
    ),
  );
}

function List({ rows }: { rows: readonly Row[] }) {
  const numbered = rows[0]?.number != null;
  const Tag = numbered ? "ol" : "ul";
  return (
    <Tag
      className={`my-1 space-y-1 marker:text-muted ${numbered ? "list-decimal pl-7" : "list-disc pl-5"}`}
    >
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was said does not change
        <li key={index} value={row.number ?? undefined}>
          {row.text}
        </li>
      ))}
    </Tag>
  );
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  for (const line of text.split("\n")) {
    const row = rowOf(line);
    const last = blocks.at(-1);
    if (!row) blocks.push({ kind: "line", text: line });
    else if (last?.kind === "list" && sameKind(last.rows[0], row)) last.rows.push(row);
    else blocks.push({ kind: "list", rows: [row] });
  }
  return blocks;
}

function rowOf(line: string): Row | null {
  const found = /^(?:(\d{1,4})\.|-)\s+(.+)$/.exec(line);
  if (!found) return null;
  return { number: found[1] === undefined ? null : Number(found[1]), text: found[2] ?? "" };
}

function sameKind(one: Row | undefined, other: Row): boolean {
  return (one?.number === null) === (other.number === null);
}
