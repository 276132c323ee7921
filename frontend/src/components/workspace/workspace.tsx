"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { ChatPanel } from "@/components/chat/chat-panel";
import { TaskPanel } from "@/components/tasks/task-panel";
import { Logo } from "@/components/ui/logo";
import { Notice } from "@/components/ui/notice";
import { ApiError, messageOf } from "@/lib/api/errors";
import { useLogOut, useUser } from "@/lib/queries/session";

/** The tasks and the assistant, side by side where there is room. */
export function Workspace() {
  const router = useRouter();
  const user = useUser();
  const logOut = useLogOut();
  const refused =
    user.error instanceof ApiError && user.error.status < 500 && user.error.status > 0;

  useEffect(() => {
    if (refused) router.replace("/login");
  }, [refused, router]);

  if (user.isPending || refused) return <Waiting />;
  if (user.isError) {
    return (
      <main className="mx-auto max-w-md px-6 py-16">
        <Notice
          action={
            <button className="font-medium underline" onClick={() => user.refetch()} type="button">
              Retry
            </button>
          }
        >
          {messageOf(user.error)}
        </Notice>
      </main>
    );
  }
  return (
    <div className="mx-auto flex min-h-dvh max-w-6xl flex-col px-4 sm:px-6 lg:h-dvh">
      <header className="flex items-center justify-between py-4">
        <Logo />
        <div className="flex items-center gap-3 text-sm">
          <span className="hidden text-muted sm:inline">{user.data.email}</span>
          <button
            className="rounded-full border border-line bg-surface px-4 py-1.5 font-medium hover:bg-raised"
            disabled={logOut.isPending}
            onClick={() => logOut.mutate(undefined, { onSuccess: () => router.push("/login") })}
            type="button"
          >
            Log out
          </button>
        </div>
      </header>
      <div className="grid flex-1 gap-4 pb-6 lg:min-h-0 lg:grid-cols-[3fr_2fr]">
        <TaskPanel />
        <ChatPanel />
      </div>
    </div>
  );
}

function Waiting() {
  return (
    <main className="flex min-h-dvh items-center justify-center text-muted" aria-busy="true">
      Loading…
    </main>
  );
}
