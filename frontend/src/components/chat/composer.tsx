"use client";

import { type FormEvent, type KeyboardEvent, type Ref, useState } from "react";

import { Button } from "@/components/ui/button";

interface Props {
  disabled: boolean;
  onSend: (text: string) => void;
  /** The field, for who has to put the cursor there. */
  ref: Ref<HTMLTextAreaElement>;
}

/** Where the user writes: Enter sends, Shift and Enter begins a new line. */
export function Composer({ disabled, onSend, ref }: Props) {
  const [text, setText] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    if (disabled || !text.trim()) return;
    onSend(text.trim());
    setText("");
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      event.currentTarget.form?.requestSubmit();
    }
  }

  return (
    <form className="flex items-end gap-2 border-t border-line p-3" onSubmit={submit}>
      <textarea
        aria-label="Message to the assistant"
        className="field-sizing-content max-h-40 min-h-11 min-w-0 flex-1 resize-none rounded-xl border border-edge bg-ground px-4 py-2 placeholder:text-muted"
        maxLength={10_000}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="Ask the assistant…"
        ref={ref}
        rows={1}
        value={text}
      />
      <Button disabled={disabled || !text.trim()} type="submit">
        Send
      </Button>
    </form>
  );
}
