import type { Metadata } from "next";

import { Workspace } from "@/components/workspace/workspace";

export const metadata: Metadata = { title: "Tasks" };

export default function TasksPage() {
  return <Workspace />;
}
