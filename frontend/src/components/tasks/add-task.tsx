"use client";

import { type FormEvent, useState } from "react";

import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { messageOf } from "@/lib/api/errors";
import { useAddTask } from "@/lib/queries/tasks";

export function AddTask() {
  const add = useAddTask();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const title = text.trim();
    if (!title) return;
    // Empty at once, so that the next task can be typed while this one is on its way.
    setText("");
    setProblem(null);
    try {
      await add.mutateAsync(title);
    } catch (error) {
      setText((typed) => typed || title);
      setProblem(`“${title}” was not added. ${messageOf(error)}`);
    }
  }

  return (
    <form className="flex flex-col gap-2 px-5 pt-1 pb-3" onSubmit={submit}>
      <div className="flex gap-2">
        <input
          aria-label="New task"
          autoComplete="off"
          className="min-w-0 flex-1 rounded-xl border border-edge bg-ground px-4 placeholder:text-muted"
          maxLength={255}
          onChange={(event) => setText(event.target.value)}
          placeholder="What needs doing?"
          value={text}
        />
        <Button type="submit">Add</Button>
      </div>
      {problem && <Notice>{problem}</Notice>}
    </form>
  );
}
