import { Prose } from "@/components/chat/prose";
import type { ChatEntry } from "@/components/chat/types";

const TOOL_NAMES: Record<string, string> = {
  add_task: "added a task",
  list_tasks: "looked at your tasks",
  update_task: "changed a task",
  complete_task: "completed a task",
  delete_task: "deleted a task",
};

export function Entry({ entry }: { entry: ChatEntry }) {
  const mine = entry.from === "user";
  return (
    <div className={mine ? "flex justify-end" : ""}>
      <div className={mine ? "max-w-[90%]" : "max-w-[95%]"}>
        <div
          className={`w-fit max-w-full rounded-2xl px-4 py-2.5 break-words ${
            mine ? "bg-accent text-on-accent" : "bg-raised"
          }`}
        >
          <Prose text={entry.text} />
        </div>
        {entry.tools.length > 0 && <Tools tools={entry.tools} />}
      </div>
    </div>
  );
}

function Tools({ tools }: { tools: readonly string[] }) {
  return (
    <ul className="mt-1.5 flex flex-wrap gap-1.5">
      {counted(tools).map(([tool, times]) => (
        <li
          className="rounded-full bg-accent-soft px-2.5 py-0.5 text-xs text-accent-strong"
          key={tool}
        >
          {TOOL_NAMES[tool] ?? tool}
          {times > 1 && ` ×${times}`}
        </li>
      ))}
    </ul>
  );
}

/** Each tool once, in the order of first use, with how often it was used. */
function counted(tools: readonly string[]): [string, number][] {
  const times = new Map<string, number>();
  for (const tool of tools) times.set(tool, (times.get(tool) ?? 0) + 1);
  return [...times];
}
