"use client";

import type { FormEvent } from "react";

import type { Task, TaskChanges } from "@/lib/api/types";

interface Props {
  task: Task;
  onSave: (changes: TaskChanges) => void;
  onCancel: () => void;
}

const FIELD = "w-full rounded-xl border border-line bg-ground px-3 py-2";

export function TaskEditor({ task, onSave, onCancel }: Props) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const title = String(form.get("title")).trim();
    if (title) onSave({ title, description: String(form.get("description")).trim() || null });
  }

  return (
    <form
      className="flex flex-col gap-2 rounded-xl bg-raised p-3"
      onKeyDown={(event) => event.key === "Escape" && onCancel()}
      onSubmit={submit}
    >
      <input
        aria-label="Title"
        // biome-ignore lint/a11y/noAutofocus: the field appears because its user asked to edit
        autoFocus
        className={FIELD}
        defaultValue={task.title}
        maxLength={255}
        name="title"
        required
      />
      <textarea
        aria-label="Description"
        className={FIELD}
        defaultValue={task.description ?? ""}
        maxLength={5000}
        name="description"
        placeholder="Description"
        rows={2}
      />
      <div className="flex justify-end gap-2 text-sm">
        <button className="rounded-lg px-3 py-1.5 text-muted" onClick={onCancel} type="button">
          Cancel
        </button>
        <button
          className="rounded-lg bg-accent px-4 py-1.5 font-medium text-on-accent"
          type="submit"
        >
          Save
        </button>
      </div>
    </form>
  );
}
