"use client";

import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";

interface Props {
  disabled: boolean;
  onSend: (text: string) => void;
}

/** Where the user writes: Enter sends, Shift and Enter begins a new line. */
export function Composer({ disabled, onSend }: Props) {
  const [text, setText] = useState("");
  const form = useRef<HTMLFormElement>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (disabled || !text.trim()) return;
    onSend(text.trim());
    setText("");
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      form.current?.requestSubmit();
    }
  }

  return (
    <form className="flex items-end gap-2 border-t border-line p-4" onSubmit={submit} ref={form}>
      <textarea
        aria-label="Message to the assistant"
        className="field-sizing-content max-h-40 min-w-0 flex-1 resize-none rounded-xl border border-line bg-ground px-4 py-2.5 placeholder:text-muted"
        maxLength={10_000}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="Ask the assistant…"
        rows={1}
        value={text}
      />
      <button
        className="rounded-xl bg-accent px-5 py-2.5 font-medium text-on-accent hover:bg-accent-strong disabled:opacity-60"
        disabled={disabled || !text.trim()}
        type="submit"
      >
        Send
      </button>
    </form>
  );
}
