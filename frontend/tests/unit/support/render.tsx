import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import {
  AppRouterContext,
  type AppRouterInstance,
} from "next/dist/shared/lib/app-router-context.shared-runtime";
import type { ReactNode } from "react";
import { vi } from "vitest";

import { makeQueryClient } from "@/lib/queries/client";

/** Shows a component as the app does, with the app's own cache; retries do not wait. */
export function show(element: ReactNode) {
  const client = makeQueryClient();
  const defaults = client.getDefaultOptions();
  client.setDefaultOptions({ ...defaults, queries: { ...defaults.queries, retryDelay: 0 } });
  const router = {
    back: vi.fn(),
    forward: vi.fn(),
    prefetch: vi.fn(),
    push: vi.fn(),
    refresh: vi.fn(),
    replace: vi.fn(),
    bfcacheId: "",
  } satisfies AppRouterInstance;
  const { unmount } = render(
    <AppRouterContext.Provider value={router}>
      <QueryClientProvider client={client}>{element}</QueryClientProvider>
    </AppRouterContext.Provider>,
  );
  return { user: userEvent.setup(), router, client, unmount };
}
