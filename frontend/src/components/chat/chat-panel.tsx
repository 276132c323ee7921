"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { Composer } from "@/components/chat/composer";
import { MessageList } from "@/components/chat/message-list";
import type { ChatEntry } from "@/components/chat/types";
import { Button } from "@/components/ui/button";
import { PANEL } from "@/components/ui/panel";
import { api } from "@/lib/api/client";
import { messageOf } from "@/lib/api/errors";
import { refreshTasks } from "@/lib/queries/tasks";

export function ChatPanel({ className = "" }: { className?: string }) {
  const client = useQueryClient();
  const [entries, setEntries] = useState<ChatEntry[]>([]);
  const [conversation, setConversation] = useState<string | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const turn = useMutation({
    mutationFn: (text: string) => api.chat(text, conversation),
    onSuccess: (answer) => {
      setConversation(answer.conversation_id);
      const said = { from: "assistant", text: answer.response, tools: answer.tool_calls } as const;
      setEntries((before) => [...before, said]);
      if (answer.tool_calls.length > 0) void refreshTasks(client);
    },
    // A turn that broke off may have changed tasks before.
    onError: () => void refreshTasks(client),
  });

  function say(text: string) {
    setEntries((before) => [...before, { from: "user", text, tools: [] }]);
    turn.mutate(text);
    input.current?.focus();
  }

  function startAnew() {
    setEntries([]);
    setConversation(null);
    turn.reset();
    input.current?.focus();
  }

  return (
    <section aria-label="Assistant" className={`${PANEL} ${className}`}>
      <div className="flex min-h-15 items-center justify-between border-b border-line pr-1 pl-5">
        <h2 className="text-xl font-semibold tracking-tight">Assistant</h2>
        {entries.length > 0 && (
          <Button disabled={turn.isPending} look="quiet" onClick={startAnew} small>
            New conversation
          </Button>
        )}
      </div>
      <MessageList
        entries={entries}
        onRetry={() => turn.variables && turn.mutate(turn.variables)}
        onSuggest={say}
        pending={turn.isPending}
        problem={turn.isError ? messageOf(turn.error) : null}
      />
      <Composer disabled={turn.isPending} onSend={say} ref={input} />
    </section>
  );
}
