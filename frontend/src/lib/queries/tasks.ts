"use client";

import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { Task, TaskChanges } from "@/lib/api/types";

const KEY = ["tasks"];

/** The user's tasks, newest first. */
export function useTasks() {
  return useQuery({ queryKey: KEY, queryFn: () => api.listTasks() });
}

/** Makes every view of the tasks load them again; for changes made elsewhere. */
export function refreshTasks(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: KEY });
}

/** Adds a task; the list shows it once the server has it. */
export function useAddTask() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: KEY,
    mutationFn: (title: string) => api.addTask(title, null),
    onSuccess: (task) => {
      client.setQueryData<Task[]>(KEY, (tasks) => tasks && [task, ...tasks]);
    },
    onSettled: () => refreshAfterLast(client),
  });
}

/** Changes a task; shown at once, and taken back when the server refuses. */
export function useChangeTask() {
  return useOptimistic(
    (given: { id: string; changes: TaskChanges }) => api.changeTask(given.id, given.changes),
    (tasks, { id, changes }) =>
      tasks.map((task) => (task.id === id ? { ...task, ...changes } : task)),
  );
}

/** Deletes a task; gone at once, and back when the server refuses. */
export function useDeleteTask() {
  return useOptimistic(
    (id: string) => api.deleteTask(id),
    (tasks, id) => tasks.filter((task) => task.id !== id),
  );
}

function useOptimistic<Given, Answer>(
  send: (given: Given) => Promise<Answer>,
  apply: (tasks: Task[], given: Given) => Task[],
) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: KEY,
    mutationFn: send,
    onMutate: async (given: Given) => {
      await client.cancelQueries({ queryKey: KEY });
      const before = client.getQueryData<Task[]>(KEY);
      client.setQueryData<Task[]>(KEY, (tasks) => tasks && apply(tasks, given));
      return { before };
    },
    onError: (_error, _given, context) => client.setQueryData(KEY, context?.before),
    onSettled: () => refreshAfterLast(client),
  });
}

/** Loads the tasks again, unless more changes are under way: the list would not show them. */
function refreshAfterLast(client: QueryClient): void {
  if (client.isMutating({ mutationKey: KEY }) === 1) void refreshTasks(client);
}
