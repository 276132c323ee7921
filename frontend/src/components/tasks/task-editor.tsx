"use client";

import type { FormEvent } from "react";

import { Button } from "@/components/ui/button";
import type { Task, TaskChanges } from "@/lib/api/types";

interface Props {
  task: Task;
  onSave: (changes: TaskChanges) => void;
  onCancel: () => void;
}

const FIELD = "w-full rounded-xl border border-edge bg-surface px-3 py-2 placeholder:text-muted";

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
        className={`field-sizing-content max-h-60 min-h-16 resize-none ${FIELD}`}
        defaultValue={task.description ?? ""}
        maxLength={5000}
        name="description"
        placeholder="Description"
      />
      <div className="flex justify-end gap-2">
        <Button look="quiet" onClick={onCancel} small>
          Cancel
        </Button>
        <Button small type="submit">
          Save
        </Button>
      </div>
    </form>
  );
}
