"use client";

import { useState } from "react";

import { AddTask } from "@/components/tasks/add-task";
import { TaskRow } from "@/components/tasks/task-row";
import { Notice } from "@/components/ui/notice";
import { messageOf } from "@/lib/api/errors";
import type { Task } from "@/lib/api/types";
import { useTasks } from "@/lib/queries/tasks";

const FILTERS = ["all", "open", "done"] as const;
type Filter = (typeof FILTERS)[number];

export function TaskPanel() {
  const tasks = useTasks();
  const [filter, setFilter] = useState<Filter>("all");
  const [problem, setProblem] = useState<string | null>(null);
  const shown = (tasks.data ?? []).filter((task) => fits(task, filter));
  const open = (tasks.data ?? []).filter((task) => !task.completed).length;

  return (
    <section
      aria-label="Tasks"
      className="flex flex-col rounded-2xl border border-line bg-surface lg:min-h-0"
    >
      <div className="flex flex-wrap items-baseline justify-between gap-2 px-5 pt-5">
        <h1 className="text-xl font-semibold tracking-tight">
          Tasks <span className="ml-1 text-sm font-normal text-muted">{open} open</span>
        </h1>
        <fieldset className="flex gap-1 rounded-full bg-raised p-1 text-sm">
          <legend className="sr-only">Which tasks to show</legend>
          {FILTERS.map((name) => (
            <button
              aria-pressed={filter === name}
              className="rounded-full px-3 py-0.5 text-muted capitalize aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-sm"
              key={name}
              onClick={() => setFilter(name)}
              type="button"
            >
              {name}
            </button>
          ))}
        </fieldset>
      </div>
      <AddTask />
      {problem && (
        <div className="px-5 pb-3">
          <Notice
            action={
              <button
                className="font-medium underline"
                onClick={() => setProblem(null)}
                type="button"
              >
                Dismiss
              </button>
            }
          >
            {problem}
          </Notice>
        </div>
      )}
      <div className="flex-1 px-2 pb-3 lg:min-h-0 lg:overflow-y-auto">
        {tasks.isPending && <p className="px-3 py-8 text-center text-muted">Loading your tasks…</p>}
        {tasks.isError && (
          <div className="px-3">
            <Notice
              action={
                <button
                  className="font-medium underline"
                  onClick={() => tasks.refetch()}
                  type="button"
                >
                  Retry
                </button>
              }
            >
              {messageOf(tasks.error)}
            </Notice>
          </div>
        )}
        {tasks.isSuccess && shown.length === 0 && <Empty filter={filter} />}
        <ul>
          {shown.map((task) => (
            <TaskRow key={task.id} onProblem={setProblem} task={task} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function fits(task: Task, filter: Filter): boolean {
  return filter === "all" || task.completed === (filter === "done");
}

function Empty({ filter }: { filter: Filter }) {
  const texts = {
    all: "Nothing to do yet. Add a task above, or ask the assistant.",
    open: "Nothing left to do.",
    done: "Nothing is done yet.",
  };
  return <p className="px-3 py-10 text-center text-muted">{texts[filter]}</p>;
}
