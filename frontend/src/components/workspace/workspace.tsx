"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";

import { ChatPanel } from "@/components/chat/chat-panel";
import { TaskPanel } from "@/components/tasks/task-panel";
import { Button } from "@/components/ui/button";
import { Choice } from "@/components/ui/choice";
import { Logo } from "@/components/ui/logo";
import { Notice } from "@/components/ui/notice";
import { ApiError, messageOf } from "@/lib/api/errors";
import { useLogOut, useUser } from "@/lib/queries/session";

const PANELS = ["tasks", "assistant"] as const;
type Panel = (typeof PANELS)[number];

// Where there is no room for both, they share one place and the other one is not to be seen.
const BEHIND = "max-lg:invisible";

/** The tasks and the assistant, side by side where there is room. */
export function Workspace() {
  const router = useRouter();
  const user = useUser();
  const logOut = useLogOut();
  const [front, setFront] = useState<Panel>("tasks");
  // Logged out, or an account that is gone.
  const refused = user.error instanceof ApiError && [401, 404].includes(user.error.status);

  useEffect(() => {
    if (refused) router.replace("/login");
  }, [refused, router]);

  if (user.isPending || refused) return <Waiting />;
  if (user.isError) {
    return (
      <main className="mx-auto max-w-md px-6 py-16">
        <Notice action={{ name: "Retry", run: () => void user.refetch() }}>
          {messageOf(user.error)}
        </Notice>
      </main>
    );
  }
  return (
    <div className="mx-auto flex h-dvh min-h-112 max-w-6xl flex-col gap-3 px-4 pt-3 pb-4 sm:px-6 lg:pb-6">
      <header className="flex items-center justify-between gap-4">
        <Logo />
        <div className="flex min-w-0 items-center gap-3 text-sm">
          <span className="hidden truncate text-muted sm:inline">{user.data.email}</span>
          <Button
            className="shrink-0"
            disabled={logOut.isPending || logOut.isSuccess}
            look="outlined"
            onClick={() => logOut.mutate(undefined, { onSuccess: () => router.push("/login") })}
            small
          >
            Log out
          </Button>
        </div>
      </header>
      {logOut.isError && <Notice>{messageOf(logOut.error)}</Notice>}
      <div className="lg:hidden">
        <Choice chosen={front} legend="What to show" names={PANELS} onChoose={setFront} />
      </div>
      <main className="grid min-h-0 flex-1 grid-cols-1 grid-rows-1 gap-4 *:max-lg:col-start-1 *:max-lg:row-start-1 lg:grid-cols-[3fr_2fr]">
        <TaskPanel className={front === "tasks" ? "" : BEHIND} />
        <ChatPanel className={front === "assistant" ? "" : BEHIND} />
      </main>
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
