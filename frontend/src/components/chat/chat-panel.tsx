"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Composer } from "@/components/chat/composer";
import { MessageList } from "@/components/chat/message-list";
import type { ChatEntry } from "@/components/chat/types";
import { api } from "@/lib/api/client";
import { messageOf } from "@/lib/api/errors";
import { refreshTasks } from "@/lib/queries/tasks";

export function ChatPanel() {
  const client = useQueryClient();
  const [entries, setEntries] = useState<ChatEntry[]>([]);
  const [conversation, setConversation] = useState<string | null>(null);
  const turn = useMutation({
    mutationFn: (text: string) => api.chat(text, conversation),
    onSuccess: (answer) => {
      setConversation(answer.conversation_id);
      const said = { from: "assistant", text: answer.response, tools: answer.tool_calls } as const;
      setEntries((before) => [...before, said]);
      if (answer.tool_calls.length > 0) void refreshTasks(client);
    },
  });

  function say(text: string) {
    setEntries((before) => [...before, { from: "user", text, tools: [] }]);
    turn.mutate(text);
  }

  function startAnew() {
    setEntries([]);
    setConversation(null);
    turn.reset();
  }

  return (
    <section
      aria-label="Assistant"
      className="flex min-h-[24rem] flex-col rounded-2xl border border-line bg-surface lg:min-h-0"
    >
      <div className="flex items-baseline justify-between px-5 pt-5">
        <h2 className="text-xl font-semibold tracking-tight">Assistant</h2>
        <button
          className="text-sm text-muted hover:text-ink disabled:opacity-40"
          disabled={entries.length === 0 || turn.isPending}
          onClick={startAnew}
          type="button"
        >
          New conversation
        </button>
      </div>
      <MessageList
        entries={entries}
        onRetry={() => turn.variables && turn.mutate(turn.variables)}
        onSuggest={say}
        pending={turn.isPending}
        problem={turn.isError ? messageOf(turn.error) : null}
      />
      <Composer disabled={turn.isPending} onSend={say} />
    </section>
  );
}
