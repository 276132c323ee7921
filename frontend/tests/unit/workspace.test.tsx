import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { Workspace } from "@/components/workspace/workspace";
import { type FakeApi, fakeApi, json, refusal, USER, unreachable } from "./support/api";
import { show } from "./support/render";

const NO_SESSION = () => refusal(401, "INVALID_TOKEN", "Log in first.");

function loggedIn(): FakeApi {
  return fakeApi()
    .on("GET /auth/me", () => json(200, USER))
    .on("GET /tasks", () => json(200, []));
}

function endSession(api: FakeApi): void {
  for (const route of ["GET /auth/me", "GET /tasks", "POST /tasks", "POST /auth/refresh"]) {
    api.on(route, NO_SESSION);
  }
}

it("shows the tasks and the assistant to who is logged in", async () => {
  loggedIn();
  const { router } = show(<Workspace />);

  await screen.findByText(USER.email);
  screen.getByRole("region", { name: "Tasks" });
  screen.getByRole("region", { name: "Assistant" });
  expect(router.replace).not.toHaveBeenCalled();
});

describe("leads to the login", () => {
  it.each([
    ["who is not logged in", 401, "INVALID_TOKEN"],
    ["whose account is gone", 404, "USER_NOT_FOUND"],
  ])("who comes and %s", async (_who, status, code) => {
    const refused = () => refusal(status, code, "No.");
    fakeApi().on("GET /auth/me", refused).on("POST /auth/refresh", refused);
    const { router } = show(<Workspace />);

    await waitFor(() => expect(router.replace).toHaveBeenCalledWith("/login"));
    expect(screen.queryByRole("region", { name: "Tasks" })).toBeNull();
  });

  it("when the session ends under way", async () => {
    const api = loggedIn();
    const { user, router } = show(<Workspace />);
    await screen.findByText("No tasks yet");

    endSession(api);
    await user.type(screen.getByLabelText("New task"), "Buy milk{Enter}");

    await waitFor(() => expect(router.replace).toHaveBeenCalledWith("/login"));
  });

  it("after logging out, and forgets what it knew", async () => {
    const api = loggedIn();
    const { user, router, client, unmount } = show(<Workspace />);
    await screen.findByText("No tasks yet");

    api.on("POST /auth/logout", () => {
      endSession(api);
      return json(200, { status: "pending", message: "…" });
    });
    await user.click(screen.getByRole("button", { name: "Log out" }));

    await waitFor(() => expect(router.push).toHaveBeenCalledWith("/login"));
    unmount();
    expect(client.getQueryCache().getAll()).toEqual([]);
    // Nothing is asked for once the session has ended.
    expect(api.calls.at(-1)?.route).toBe("POST /auth/logout");
  });
});

describe("stays where it is", () => {
  it.each([
    // What may pass by itself is tried three times before the user is told.
    ["cannot be reached", unreachable, 3, "The server cannot be reached."],
    ["is broken", () => refusal(503, "SERVICE_UNAVAILABLE", "Try again."), 3, "Try again."],
    ["is too busy", () => refusal(429, "RATE_LIMITED", "Slow down."), 1, "Slow down."],
  ])("when the server %s, and can be tried again", async (_how, away, tries, text) => {
    const api = loggedIn().on("GET /auth/me", away);
    const { user, router } = show(<Workspace />);
    expect((await screen.findByRole("alert")).textContent).toContain(text);
    expect(api.to("GET /auth/me")).toHaveLength(tries);

    api.on("GET /auth/me", () => json(200, USER));
    await user.click(screen.getByRole("button", { name: "Retry" }));

    await screen.findByText(USER.email);
    expect(router.replace).not.toHaveBeenCalled();
  });

  it("when logging out fails, and says so", async () => {
    loggedIn().on("POST /auth/logout", unreachable);
    const { user, router } = show(<Workspace />);

    await user.click(await screen.findByRole("button", { name: "Log out" }));

    expect((await screen.findByRole("alert")).textContent).toContain("cannot be reached");
    expect(router.push).not.toHaveBeenCalled();
  });
});
