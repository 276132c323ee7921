import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { TaskPanel } from "@/components/tasks/task-panel";
import type { Task, TaskChanges } from "@/lib/api/types";
import { type FakeApi, fakeApi, json, refusal, task } from "./support/api";
import { show } from "./support/render";

const REFUSED = () => refusal(500, "TASK_UPDATE_ERROR", "The task could not be saved.");

/** An API that lists `tasks`, and takes what is added, changed and deleted. */
function apiWith(tasks: Task[]): FakeApi {
  const api = fakeApi().on("GET /tasks", () => json(200, tasks));
  api.on("POST /tasks", ({ body }) => {
    const added = task((body as { title: string }).title);
    tasks.unshift(added);
    return json(201, added);
  });
  for (const { id } of [...tasks]) {
    const position = () => tasks.findIndex((one) => one.id === id);
    api.on(`PUT /tasks/${id}`, ({ body }) => {
      const changed = { ...tasks[position()], ...(body as TaskChanges) } as Task;
      tasks[position()] = changed;
      return json(200, changed);
    });
    api.on(`DELETE /tasks/${id}`, () => {
      tasks.splice(position(), 1);
      return new Response(null, { status: 204 });
    });
  }
  return api;
}

function box(title: string): HTMLInputElement {
  return screen.getByRole("checkbox", { name: `Done: ${title}` });
}

function titles(): (string | null)[] {
  return screen
    .queryAllByRole("checkbox")
    .map((one) => one.getAttribute("aria-label")?.replace("Done: ", "") ?? null);
}

async function showTasks() {
  const shown = show(<TaskPanel />);
  await screen.findByText(/^\d+ open$/);
  return shown;
}

describe("the list", () => {
  it("shows tasks with their descriptions, and how many are open", async () => {
    apiWith([task("Pay rent", { description: "By Friday" }), task("Rest", { completed: true })]);
    await showTasks();

    expect(titles()).toEqual(["Pay rent", "Rest"]);
    expect(box("Rest").checked).toBe(true);
    screen.getByText("By Friday");
    screen.getByText("1 open");
  });

  it("shows what the chosen filter lets through, or says that nothing does", async () => {
    apiWith([task("Pay rent"), task("Rest", { completed: true })]);
    const { user } = await showTasks();

    await user.click(screen.getByRole("button", { name: "open" }));
    expect(titles()).toEqual(["Pay rent"]);
    await user.click(box("Pay rent"));
    await screen.findByText("Nothing left to do");
    await user.click(screen.getByRole("button", { name: "done" }));
    expect(titles()).toEqual(["Pay rent", "Rest"]);
  });

  it.each([
    ["all", "No tasks yet"],
    ["open", "Nothing left to do"],
    ["done", "Nothing is done yet"],
  ])("without any task says so under %s", async (filter, text) => {
    apiWith([]);
    const { user } = await showTasks();

    await user.click(screen.getByRole("button", { name: filter }));

    screen.getByText(text);
  });

  it("that cannot be loaded says why and can be asked for again", async () => {
    const api = fakeApi().on("GET /tasks", () =>
      refusal(429, "RATE_LIMITED", "Too many requests."),
    );
    const { user } = show(<TaskPanel />);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Too many requests.");

    api.on("GET /tasks", () => json(200, [task("Pay rent")]));
    await user.click(within(alert).getByRole("button", { name: "Retry" }));

    await waitFor(() => expect(titles()).toEqual(["Pay rent"]));
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("adding", () => {
  it("puts the task on top and empties the field for the next one", async () => {
    const api = apiWith([task("Pay rent")]);
    const { user } = await showTasks();

    await user.type(screen.getByLabelText("New task"), "  Buy milk {Enter}Call Mum{Enter}");

    await waitFor(() => expect(titles()).toEqual(["Call Mum", "Buy milk", "Pay rent"]));
    expect(api.to("POST /tasks").map((call) => call.body)).toEqual([
      { title: "Buy milk", description: null },
      { title: "Call Mum", description: null },
    ]);
    expect(screen.getByLabelText<HTMLInputElement>("New task").value).toBe("");
  });

  it("shows the task as soon as the server has it", async () => {
    const api = apiWith([]);
    const { user } = await showTasks();
    api.hold("GET /tasks");

    await user.type(screen.getByLabelText("New task"), "Buy milk{Enter}");

    await waitFor(() => expect(titles()).toEqual(["Buy milk"]));
  });

  it("that is refused keeps the text and says why", async () => {
    apiWith([]).on("POST /tasks", REFUSED);
    const { user } = await showTasks();

    await user.type(screen.getByLabelText("New task"), "Buy milk{Enter}");

    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe("“Buy milk” was not added. The task could not be saved.");
    expect(screen.getByLabelText<HTMLInputElement>("New task").value).toBe("Buy milk");
  });

  it("sends nothing for an empty title", async () => {
    const api = apiWith([]);
    const { user } = await showTasks();

    await user.type(screen.getByLabelText("New task"), "   {Enter}");

    expect(api.to("POST /tasks")).toEqual([]);
  });
});

describe("completing", () => {
  it("shows at once", async () => {
    const api = apiWith([task("Pay rent")]);
    const answer = api.hold("PUT /tasks/pay-rent");
    const { user } = await showTasks();

    await user.click(box("Pay rent"));

    expect(box("Pay rent").checked).toBe(true);
    screen.getByText("0 open");
    expect(api.to("PUT /tasks/pay-rent").map((call) => call.body)).toEqual([{ completed: true }]);
    answer(json(200, task("Pay rent", { completed: true })));
  });

  it("is taken back when the server refuses, and the user is told", async () => {
    const api = apiWith([task("Pay rent")]);
    const answer = api.hold("PUT /tasks/pay-rent");
    const { user } = await showTasks();
    // Under this filter the completed task leaves the list, and has to come back.
    await user.click(screen.getByRole("button", { name: "open" }));
    await user.click(box("Pay rent"));
    expect(titles()).toEqual([]);

    api.hold("GET /tasks");
    answer(REFUSED());

    await waitFor(() => expect(box("Pay rent").checked).toBe(false));
    expect((await screen.findByRole("alert")).textContent).toContain("could not be saved");
  });

  it("several in a row is not undone by the list as it was in between", async () => {
    const tasks = [task("Pay rent"), task("Rest")];
    const api = apiWith(tasks);
    const second = api.hold("PUT /tasks/rest");
    const { user } = await showTasks();

    await user.click(box("Rest"));
    await user.click(box("Pay rent"));
    await waitFor(() => expect(tasks[0]?.completed).toBe(true));
    expect([box("Pay rent").checked, box("Rest").checked]).toEqual([true, true]);
    tasks[1] = task("Rest", { completed: true });
    tasks.push(task("From elsewhere"));
    second(json(200, tasks[1]));

    await screen.findByText("From elsewhere");
    // Loaded at first and after the last change; in between it would have lacked that change.
    expect(api.to("GET /tasks")).toHaveLength(2);
  });
});

describe("editing", () => {
  it("saves a new title and description", async () => {
    const api = apiWith([task("Pay rent", { description: "By Friday" })]);
    const { user } = await showTasks();

    await user.click(screen.getByRole("button", { name: "Edit Pay rent" }));
    await user.clear(screen.getByLabelText("Title"));
    await user.keyboard("Pay the rent");
    await user.clear(screen.getByLabelText("Description"));
    await user.click(screen.getByRole("button", { name: "Save" }));

    await waitFor(() => expect(titles()).toEqual(["Pay the rent"]));
    expect(screen.queryByText("By Friday")).toBeNull();
    expect(api.to("PUT /tasks/pay-rent").map((call) => call.body)).toEqual([
      { title: "Pay the rent", description: null },
    ]);
  });

  it("can be left by Escape, which changes nothing and returns to the button", async () => {
    const api = apiWith([task("Pay rent")]);
    const { user } = await showTasks();

    await user.click(screen.getByRole("button", { name: "Edit Pay rent" }));
    await user.keyboard(" now{Escape}");

    expect(titles()).toEqual(["Pay rent"]);
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Edit Pay rent" }));
    expect(api.to("PUT /tasks/pay-rent")).toEqual([]);
  });
});

describe("deleting", () => {
  it("asks first, and keeps the task when told so", async () => {
    const api = apiWith([task("Pay rent")]);
    const { user } = await showTasks();

    await user.click(screen.getByRole("button", { name: "Delete Pay rent" }));
    await user.click(screen.getByRole("button", { name: "Keep" }));

    expect(titles()).toEqual(["Pay rent"]);
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Delete Pay rent" }));
    expect(api.to("DELETE /tasks/pay-rent")).toEqual([]);
  });

  it("takes the task away at once", async () => {
    const api = apiWith([task("Pay rent"), task("Rest")]);
    const answer = api.hold("DELETE /tasks/pay-rent");
    const { user } = await showTasks();

    await user.click(screen.getByRole("button", { name: "Delete Pay rent" }));
    await user.click(screen.getByRole("button", { name: "Delete" }));

    expect(titles()).toEqual(["Rest"]);
    answer(new Response(null, { status: 204 }));
  });

  it("that is refused brings the task back, and the user is told", async () => {
    const api = apiWith([task("Pay rent")]);
    const answer = api.hold("DELETE /tasks/pay-rent");
    const { user } = await showTasks();
    await user.click(screen.getByRole("button", { name: "Delete Pay rent" }));
    await user.click(screen.getByRole("button", { name: "Delete" }));
    expect(titles()).toEqual([]);

    api.hold("GET /tasks");
    answer(REFUSED());

    expect((await screen.findByRole("alert")).textContent).toContain("could not be saved");
    expect(titles()).toEqual(["Pay rent"]);
    await user.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
