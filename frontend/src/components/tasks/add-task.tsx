"use client";

import { type FormEvent, useRef } from "react";

import { Notice } from "@/components/ui/notice";
import { messageOf } from "@/lib/api/errors";
import { useAddTask } from "@/lib/queries/tasks";

export function AddTask() {
  const add = useAddTask();
  const form = useRef<HTMLFormElement>(null);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const title = String(new FormData(event.currentTarget).get("title")).trim();
    if (!title || add.isPending) return;
    // What was typed stays until the server has it, so nothing is lost when it refuses.
    add.mutate({ title, description: null }, { onSuccess: () => form.current?.reset() });
  }

  return (
    <form className="flex flex-col gap-2 p-5 pb-3" onSubmit={submit} ref={form}>
      <div className="flex gap-2">
        <input
          aria-label="New task"
          autoComplete="off"
          className="min-w-0 flex-1 rounded-xl border border-line bg-ground px-4 py-2.5 placeholder:text-muted"
          maxLength={255}
          name="title"
          placeholder="What needs doing?"
        />
        <button
          className="rounded-xl bg-accent px-5 font-medium text-on-accent hover:bg-accent-strong disabled:opacity-60"
          disabled={add.isPending}
          type="submit"
        >
          Add
        </button>
      </div>
      {add.isError && <Notice>{messageOf(add.error)}</Notice>}
    </form>
  );
}
