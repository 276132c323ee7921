"use client";

import { useState } from "react";

import { TaskActions } from "@/components/tasks/task-actions";
import { TaskEditor } from "@/components/tasks/task-editor";
import { messageOf } from "@/lib/api/errors";
import type { Task, TaskChanges } from "@/lib/api/types";
import { useChangeTask, useDeleteTask } from "@/lib/queries/tasks";

interface Props {
  task: Task;
  onProblem: (message: string | null) => void;
}

export function TaskRow({ task, onProblem }: Props) {
  const change = useChangeTask();
  const remove = useDeleteTask();
  const [mode, setMode] = useState<"untouched" | "editing" | "edited">("untouched");

  // By promise: callbacks given to mutate() are dropped when the change takes this row away.
  function report(error: unknown) {
    onProblem(messageOf(error));
  }

  function apply(changes: TaskChanges) {
    onProblem(null);
    change.mutateAsync({ id: task.id, changes }).catch(report);
  }

  function save(changes: TaskChanges) {
    apply(changes);
    setMode("edited");
  }

  function destroy() {
    onProblem(null);
    remove.mutateAsync(task.id).catch(report);
  }

  if (mode === "editing") {
    return (
      <li>
        <TaskEditor onCancel={() => setMode("edited")} onSave={save} task={task} />
      </li>
    );
  }
  return (
    <li className="group flex flex-wrap items-start gap-x-1 rounded-xl pr-1 hover:bg-raised">
      <label className="flex min-h-11 items-center p-3">
        <input
          aria-label={`Done: ${task.title}`}
          checked={task.completed}
          className="size-5 accent-accent"
          onChange={(event) => apply({ completed: event.target.checked })}
          type="checkbox"
        />
      </label>
      <div className="min-w-0 flex-1 py-2.5">
        <p className={`break-words ${task.completed ? "text-muted line-through" : ""}`}>
          {task.title}
        </p>
        {task.description && (
          <p className="mt-0.5 text-sm break-words whitespace-pre-line text-muted">
            {task.description}
          </p>
        )}
      </div>
      <div className="py-1 max-sm:has-[fieldset]:basis-full pointer-coarse:py-0">
        <TaskActions
          focusEdit={mode === "edited"}
          onDelete={destroy}
          onEdit={() => setMode("editing")}
          title={task.title}
        />
      </div>
    </li>
  );
}
