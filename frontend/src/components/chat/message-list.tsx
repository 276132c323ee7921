"use client";

import { useEffect, useRef } from "react";

import type { ChatEntry } from "@/components/chat/types";
import { Notice } from "@/components/ui/notice";

interface Props {
  entries: readonly ChatEntry[];
  pending: boolean;
  problem: string | null;
  onRetry: () => void;
  onSuggest: (text: string) => void;
}

const SUGGESTIONS = ["Add buy milk and remind me to call Mum", "What is left to do?", "Help"];

const TOOL_NAMES: Record<string, string> = {
  add_task: "added a task",
  list_tasks: "looked at your tasks",
  update_task: "changed a task",
  complete_task: "completed a task",
  delete_task: "deleted a task",
};

export function MessageList({ entries, pending, problem, onRetry, onSuggest }: Props) {
  const end = useRef<HTMLDivElement>(null);
  const count = entries.length;

  // biome-ignore lint/correctness/useExhaustiveDependencies: scroll whenever something is said
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [count, pending, problem]);

  return (
    <div className="flex-1 space-y-3 p-5 lg:min-h-0 lg:overflow-y-auto">
      {count === 0 && <Suggestions onSuggest={onSuggest} />}
      <div aria-live="polite" className="space-y-3" role="log">
        {entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever appended
          <Entry entry={entry} key={index} />
        ))}
        {pending && <p className="animate-pulse text-sm text-muted">The assistant is working…</p>}
      </div>
      {problem && (
        <Notice
          action={
            <button className="font-medium underline" onClick={onRetry} type="button">
              Retry
            </button>
          }
        >
          {problem}
        </Notice>
      )}
      <div ref={end} />
    </div>
  );
}

function Entry({ entry }: { entry: ChatEntry }) {
  const mine = entry.from === "user";
  return (
    <div className={mine ? "flex justify-end" : ""}>
      <div className={mine ? "max-w-[85%]" : "max-w-[95%]"}>
        <p
          className={`rounded-2xl px-4 py-2.5 break-words whitespace-pre-line ${
            mine ? "bg-accent text-on-accent" : "bg-raised"
          }`}
        >
          {entry.text}
        </p>
        {entry.tools.length > 0 && (
          <ul className="mt-1.5 flex flex-wrap gap-1.5">
            {counted(entry.tools).map(([tool, times]) => (
              <li
                className="rounded-full bg-accent-soft px-2.5 py-0.5 text-xs text-accent-strong"
                key={tool}
              >
                {TOOL_NAMES[tool] ?? tool}
                {times > 1 && ` ×${times}`}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function Suggestions({ onSuggest }: { onSuggest: (text: string) => void }) {
  return (
    <div className="text-muted">
      <p>Tell me what you want done. For example:</p>
      <ul className="mt-3 flex flex-wrap gap-2">
        {SUGGESTIONS.map((text) => (
          <li key={text}>
            <button
              className="rounded-full border border-line px-3 py-1 text-sm hover:bg-raised"
              onClick={() => onSuggest(text)}
              type="button"
            >
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Each tool once, in the order of first use, with how often it was used. */
function counted(tools: readonly string[]): [string, number][] {
  const times = new Map<string, number>();
  for (const tool of tools) times.set(tool, (times.get(tool) ?? 0) + 1);
  return [...times];
}
