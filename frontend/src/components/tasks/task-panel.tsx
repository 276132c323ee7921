"use client";

import { useState } from "react";

import { AddTask } from "@/components/tasks/add-task";
import { TaskRow } from "@/components/tasks/task-row";
import { Choice } from "@/components/ui/choice";
import { Notice } from "@/components/ui/notice";
import { PANEL } from "@/components/ui/panel";
import { messageOf } from "@/lib/api/errors";
import type { Task } from "@/lib/api/types";
import { useTasks } from "@/lib/queries/tasks";

const FILTERS = ["all", "open", "done"] as const;
type Filter = (typeof FILTERS)[number];

const EMPTY = {
  all: { title: "No tasks yet", hint: "Add one above, or ask the assistant." },
  open: { title: "Nothing left to do", hint: "Add a task above when something comes up." },
  done: { title: "Nothing is done yet", hint: "Tick a task, and it shows up here." },
};

export function TaskPanel({ className = "" }: { className?: string }) {
  const tasks = useTasks();
  const [filter, setFilter] = useState<Filter>("all");
  const [problem, setProblem] = useState<string | null>(null);
  const shown = (tasks.data ?? []).filter((task) => fits(task, filter));

  return (
    <section aria-label="Tasks" className={`${PANEL} ${className}`}>
      <div className="flex min-h-15 flex-wrap items-center justify-between gap-2 px-5 py-2">
        <h1 className="text-xl font-semibold tracking-tight whitespace-nowrap">
          Tasks{" "}
          {tasks.data && (
            <span className="ml-1 text-sm font-normal text-muted">
              {countOpen(tasks.data)} open
            </span>
          )}
        </h1>
        <Choice chosen={filter} legend="Which tasks to show" names={FILTERS} onChoose={setFilter} />
      </div>
      <AddTask />
      {problem && (
        <div className="px-5 pb-3">
          <Notice action={{ name: "Dismiss", run: () => setProblem(null) }}>{problem}</Notice>
        </div>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {tasks.isPending && <p className="px-3 py-8 text-center text-muted">Loading your tasks…</p>}
        {tasks.isError && (
          <div className="px-3">
            <Notice action={{ name: "Retry", run: () => void tasks.refetch() }}>
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

function countOpen(tasks: readonly Task[]): number {
  return tasks.filter((task) => !task.completed).length;
}

function Empty({ filter }: { filter: Filter }) {
  const { title, hint } = EMPTY[filter];
  return (
    <div className="px-3 py-12 text-center">
      <p className="font-medium">{title}</p>
      <p className="mt-1 text-sm text-balance text-muted">{hint}</p>
    </div>
  );
}
