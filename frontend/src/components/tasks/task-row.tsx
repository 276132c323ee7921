"use client";

import { useState } from "react";

import { TaskEditor } from "@/components/tasks/task-editor";
import { messageOf } from "@/lib/api/errors";
import type { Task, TaskChanges } from "@/lib/api/types";
import { useChangeTask, useDeleteTask } from "@/lib/queries/tasks";

interface Props {
  task: Task;
  onProblem: (message: string | null) => void;
}

const ACTION = "rounded-lg px-2 py-1 text-sm text-muted hover:bg-surface hover:text-ink";

export function TaskRow({ task, onProblem }: Props) {
  const change = useChangeTask();
  const remove = useDeleteTask();
  const [mode, setMode] = useState<"read" | "edit" | "confirm">("read");
  const failed = { onError: (error: Error) => onProblem(messageOf(error)) };

  function apply(changes: TaskChanges) {
    onProblem(null);
    change.mutate({ id: task.id, changes }, failed);
    setMode("read");
  }

  if (mode === "edit") {
    return (
      <li>
        <TaskEditor onCancel={() => setMode("read")} onSave={apply} task={task} />
      </li>
    );
  }
  return (
    <li className="group flex items-start gap-3 rounded-xl px-3 py-2.5 hover:bg-raised">
      <input
        aria-label={`Done: ${task.title}`}
        checked={task.completed}
        className="mt-0.5 size-5 shrink-0 accent-accent"
        onChange={(event) => apply({ completed: event.target.checked })}
        type="checkbox"
      />
      <div className="min-w-0 flex-1">
        <p className={`break-words ${task.completed ? "text-muted line-through" : ""}`}>
          {task.title}
        </p>
        {task.description && (
          <p className="text-sm break-words whitespace-pre-line text-muted">{task.description}</p>
        )}
      </div>
      {mode === "confirm" ? (
        <div className="flex gap-1">
          <button
            className="rounded-lg bg-danger-soft px-2 py-1 text-sm font-medium text-danger"
            onClick={() => remove.mutate(task.id, failed)}
            type="button"
          >
            Delete
          </button>
          <button className={ACTION} onClick={() => setMode("read")} type="button">
            Keep
          </button>
        </div>
      ) : (
        <div className="flex gap-1 opacity-70 group-hover:opacity-100 focus-within:opacity-100">
          <button
            aria-label={`Edit ${task.title}`}
            className={ACTION}
            onClick={() => setMode("edit")}
            type="button"
          >
            Edit
          </button>
          <button
            aria-label={`Delete ${task.title}`}
            className={ACTION}
            onClick={() => setMode("confirm")}
            type="button"
          >
            Delete
          </button>
        </div>
      )}
    </li>
  );
}
