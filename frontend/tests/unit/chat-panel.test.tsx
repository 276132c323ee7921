import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { ChatPanel } from "@/components/chat/chat-panel";
import { TaskPanel } from "@/components/tasks/task-panel";
import { fakeApi, json, refusal, task } from "./support/api";
import { show } from "./support/render";

function answer(response: string, tools: string[] = []): Response {
  return json(200, {
    conversation_id: "c1",
    response,
    tool_calls: tools,
    status: "success",
  });
}

const input = () => screen.getByLabelText<HTMLTextAreaElement>("Message to the assistant");
const send = () => screen.getByRole<HTMLButtonElement>("button", { name: "Send" });

describe("a message", () => {
  it("shows at once, and the assistant is seen to work until it answers", async () => {
    const reply = fakeApi().hold("POST /chat");
    const { user } = show(<ChatPanel />);

    await user.type(input(), "Add buy milk{Enter}");

    screen.getByText("Add buy milk");
    screen.getByText("The assistant is working…");
    expect(input().value).toBe("");
    await user.type(input(), "And more");
    expect(send().disabled).toBe(true);

    reply(answer("Added “buy milk”.", ["add_task"]));
    await screen.findByText("Added “buy milk”.");
    screen.getByText("added a task");
    expect(screen.queryByText("The assistant is working…")).toBeNull();
    expect(input().value).toBe("And more");
    expect(send().disabled).toBe(false);
  });

  it("may have several lines, and is sent as it was written", async () => {
    const api = fakeApi().on("POST /chat", () => answer("Two tasks added."));
    const { user } = show(<ChatPanel />);

    await user.type(input(), "Add milk{Shift>}{Enter}{/Shift}and bread{Enter}");

    await screen.findByText("Two tasks added.");
    expect(api.to("POST /chat")[0]?.body).toEqual({ message: "Add milk\nand bread" });
  });

  it("can be one of the suggestions, and the cursor is in the field then", async () => {
    const api = fakeApi().on("POST /chat", () => answer("Nothing."));
    const { user } = show(<ChatPanel />);

    await user.click(screen.getByRole("button", { name: "What is left to do?" }));

    await screen.findByText("Nothing.");
    expect(api.to("POST /chat")[0]?.body).toEqual({ message: "What is left to do?" });
    expect(document.activeElement).toBe(input());
  });
});

describe("an answer", () => {
  it("counts a tool that was used several times", async () => {
    fakeApi().on("POST /chat", () => answer("Done.", ["add_task", "list_tasks", "add_task"]));
    const { user } = show(<ChatPanel />);

    await user.type(input(), "Help{Enter}");

    await screen.findByText("added a task ×2");
    screen.getByText("looked at your tasks");
  });

  it("shows numbered and dashed lines as lists", async () => {
    fakeApi().on("POST /chat", () =>
      answer("You have 2 tasks:\n3. call Mum\n4. buy milk - 2.5 l\n\nYou can say:\n- help"),
    );
    const { user } = show(<ChatPanel />);

    await user.type(input(), "What is left?{Enter}");

    const mum = await screen.findByText("call Mum");
    expect(mum.tagName).toBe("LI");
    expect(mum.parentElement?.tagName).toBe("OL");
    expect(mum.getAttribute("value")).toBe("3");
    expect(screen.getByText("buy milk - 2.5 l").parentElement).toBe(mum.parentElement);
    expect(screen.getByText("help").parentElement?.tagName).toBe("UL");
    screen.getByText("You can say:");
  });

  it("that changed tasks makes the list load them again", async () => {
    const tasks = [task("Pay rent")];
    fakeApi()
      .on("GET /tasks", () => json(200, tasks))
      .on("POST /chat", () => {
        tasks.unshift(task("Buy milk"));
        return answer("Added.", ["add_task"]);
      });
    const { user } = show(
      <>
        <TaskPanel />
        <ChatPanel />
      </>,
    );
    await screen.findByText("Pay rent");

    await user.type(input(), "Add buy milk{Enter}");

    await screen.findByText("Buy milk");
  });

  it("without a tool leaves the list alone", async () => {
    const api = fakeApi()
      .on("GET /tasks", () => json(200, []))
      .on("POST /chat", () => answer("Hello!"));
    const { user } = show(
      <>
        <TaskPanel />
        <ChatPanel />
      </>,
    );
    await screen.findByText("No tasks yet");

    await user.type(input(), "Hello{Enter}");

    await screen.findByText("Hello!");
    expect(api.to("GET /tasks")).toHaveLength(1);
  });
});

it("a failure is told, what it may have changed is loaded, and it can be tried again", async () => {
  const api = fakeApi()
    .on("GET /tasks", () => json(200, []))
    .on("POST /chat", () => refusal(500, "CHAT_ERROR", "The assistant could not answer."));
  const { user } = show(
    <>
      <TaskPanel />
      <ChatPanel />
    </>,
  );
  await screen.findByText("No tasks yet");
  await user.type(input(), "Add buy milk{Enter}");
  await screen.findByText("The assistant could not answer.");
  await waitFor(() => expect(api.to("GET /tasks")).toHaveLength(2));

  api.on("POST /chat", () => answer("Added."));
  await user.click(screen.getByRole("button", { name: "Retry" }));

  await screen.findByText("Added.");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getAllByText("Add buy milk")).toHaveLength(1);
  expect(api.to("POST /chat").map((call) => call.body)).toEqual([
    { message: "Add buy milk" },
    { message: "Add buy milk" },
  ]);
});

it("a conversation goes on until a new one is begun", async () => {
  const api = fakeApi().on("POST /chat", () => answer("All right."));
  const { user } = show(<ChatPanel />);
  expect(screen.queryByRole("button", { name: "New conversation" })).toBeNull();

  await user.type(input(), "One{Enter}");
  await screen.findByText("All right.");
  await user.type(input(), "Two{Enter}");
  await waitFor(() => expect(screen.getAllByText("All right.")).toHaveLength(2));
  await user.click(screen.getByRole("button", { name: "New conversation" }));
  expect(screen.queryByText("One")).toBeNull();
  await user.type(input(), "Three{Enter}");
  await screen.findByText("All right.");

  expect(api.to("POST /chat").map((call) => call.body)).toEqual([
    { message: "One" },
    { message: "Two", conversation_id: "c1" },
    { message: "Three" },
  ]);
});
