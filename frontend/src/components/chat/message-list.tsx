"use client";

import { useEffect, useRef } from "react";

import { Entry } from "@/components/chat/entry";
import type { ChatEntry } from "@/components/chat/types";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

interface Props {
  entries: readonly ChatEntry[];
  pending: boolean;
  problem: string | null;
  onRetry: () => void;
  onSuggest: (text: string) => void;
}

const SUGGESTIONS = ["Add buy milk and remind me to call Mum", "What is left to do?", "Help"];

export function MessageList({ entries, pending, problem, onRetry, onSuggest }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const count = entries.length;

  // biome-ignore lint/correctness/useExhaustiveDependencies: scroll whenever something is said
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [count, pending, problem]);

  return (
    <div className="min-h-0 flex-1 space-y-3 overflow-y-auto px-5 py-4" ref={list}>
      {count === 0 && <Suggestions onSuggest={onSuggest} />}
      <div aria-live="polite" className="space-y-3" role="log">
        {entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever appended
          <Entry entry={entry} key={index} />
        ))}
        {pending && <Working />}
      </div>
      {problem && <Notice action={{ name: "Retry", run: onRetry }}>{problem}</Notice>}
    </div>
  );
}

function Working() {
  return (
    <p className="flex items-center gap-2 text-sm text-muted">
      <span className="size-2 rounded-full bg-accent motion-safe:animate-pulse" />
      The assistant is working…
    </p>
  );
}

function Suggestions({ onSuggest }: { onSuggest: (text: string) => void }) {
  return (
    <div>
      <p className="text-muted">Tell me what you want done. For example:</p>
      <ul className="mt-3 flex flex-wrap gap-2">
        {SUGGESTIONS.map((text) => (
          <li key={text}>
            <Button look="outlined" onClick={() => onSuggest(text)} small>
              {text}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
