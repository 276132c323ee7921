import { beforeEach, describe, expect, it } from "vitest";

import { ApiClient } from "@/lib/api/client";
import { type FakeApi, fakeApi, json, refusal, task, USER, unreachable } from "./support/api";

const EXPIRED = () => refusal(401, "TOKEN_EXPIRED", "The token has expired.");
const NO_SESSION = () => refusal(401, "NO_REFRESH_TOKEN", "There is no refresh token.");
const BAD_GATEWAY = () => new Response("<html>502</html>", { status: 502 });

let server: FakeApi;
let client: ApiClient;

beforeEach(() => {
  server = fakeApi();
  client = new ApiClient();
});

/** Gives the client a token; the server takes only the one named `valid` from then on. */
async function logInAs(token: string, valid: string): Promise<void> {
  server
    .on("POST /auth/login", () => json(200, { user: USER, token, message: "Login successful" }))
    .on("GET /tasks", (call) =>
      call.authorization === `Bearer ${valid}` ? json(200, [task("Buy milk")]) : EXPIRED(),
    );
  await client.logIn({ email: USER.email, password: "secret enough" });
}

describe("token", () => {
  it("comes from the login and goes with every call", async () => {
    await logInAs("given", "given");

    await client.listTasks();

    expect(server.calls.map((call) => [call.route, call.authorization])).toEqual([
      ["POST /auth/login", null],
      ["GET /tasks", "Bearer given"],
    ]);
  });

  it("is kept in memory only", async () => {
    await logInAs("given", "given");

    const kept = [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    expect(kept.join()).not.toContain("given");
  });

  it("is renewed once when refused, and the call is sent again", async () => {
    await logInAs("old", "fresh");

    await expect(client.listTasks()).resolves.toHaveLength(1);

    expect(server.calls.slice(1).map((call) => [call.route, call.authorization])).toEqual([
      ["GET /tasks", "Bearer old"],
      ["POST /auth/refresh", null],
      ["GET /tasks", "Bearer fresh"],
    ]);
  });

  it("is renewed once for many calls that wait for it", async () => {
    server.on("GET /auth/me", () => json(200, USER));
    server.on("GET /tasks", () => json(200, []));

    await Promise.all([client.me(), client.listTasks(), client.listTasks()]);

    expect(server.to("POST /auth/refresh")).toHaveLength(1);
  });

  it("is not renewed again for a refusal that arrives after the renewal", async () => {
    await logInAs("old", "fresh");
    const refuseLate = server.hold("GET /auth/me");
    const late = client.me();
    await client.listTasks();

    refuseLate(EXPIRED());
    server.on("GET /auth/me", () => json(200, USER));

    await expect(late).resolves.toEqual(USER);
    expect(server.to("GET /auth/me")[1]?.authorization).toBe("Bearer fresh");
    expect(server.to("POST /auth/refresh")).toHaveLength(1);
  });
});

describe("refresh", () => {
  it("that is refused ends the session without asking for anything else", async () => {
    server.on("POST /auth/refresh", NO_SESSION);

    await expect(client.me()).rejects.toMatchObject({ status: 401, code: "NO_REFRESH_TOKEN" });

    expect(server.calls.map((call) => call.route)).toEqual(["POST /auth/refresh"]);
  });

  it.each([
    ["the backend is broken", BAD_GATEWAY, { status: 502, code: "UNEXPECTED" }],
    ["there are too many", () => refusal(429, "RATE_LIMITED", "Slow down."), { status: 429 }],
    ["nobody answers", unreachable, { status: 0, code: "UNREACHABLE" }],
  ])("is no logout when %s", async (_when, answer, error) => {
    await logInAs("old", "fresh");
    server.on("POST /auth/refresh", answer);
    await expect(client.listTasks()).rejects.toMatchObject(error);

    server.on("POST /auth/refresh", () => json(200, { token: "fresh" }));

    await expect(client.listTasks()).resolves.toHaveLength(1);
    // The token was not thrown away: it was tried again before it was renewed.
    expect(server.to("GET /tasks").map((call) => call.authorization)).toEqual([
      "Bearer old",
      "Bearer old",
      "Bearer fresh",
    ]);
  });
});

describe("answers", () => {
  beforeEach(() => logInAs("given", "given"));

  it.each([
    [
      "an error of the API",
      () => refusal(400, "TASK_CREATION_ERROR", "A title is needed."),
      { status: 400, code: "TASK_CREATION_ERROR", message: "A title is needed." },
    ],
    [
      "something that is not the API's",
      BAD_GATEWAY,
      { status: 502, code: "UNEXPECTED", message: "The server gave an unexpected answer." },
    ],
    [
      "no answer",
      unreachable,
      {
        status: 0,
        code: "UNREACHABLE",
        message: "The server cannot be reached. Check your connection.",
      },
    ],
  ])("%s is told as an error", async (_what, answer, error) => {
    server.on("POST /tasks", answer);

    await expect(client.addTask("", null)).rejects.toMatchObject(error);
  });

  it("without a body is nothing", async () => {
    server.on("DELETE /tasks/1", () => new Response(null, { status: 204 }));

    await expect(client.deleteTask("1")).resolves.toBeUndefined();
  });

  it("of the chat carry on the conversation that was named", async () => {
    server.on("POST /chat", () => json(200, { conversation_id: "c1" }));

    await client.chat("Hello", null);
    await client.chat("More", "c1");

    expect(server.to("POST /chat").map((call) => call.body)).toEqual([
      { message: "Hello" },
      { message: "More", conversation_id: "c1" },
    ]);
  });
});

describe("logging out", () => {
  beforeEach(() => logInAs("given", "given"));

  it.each([
    ["when the server agrees", () => json(200, { status: "pending", message: "…" })],
    ["when the session is over already", EXPIRED],
  ])("forgets the token %s", async (_when, answer) => {
    server.on("POST /auth/logout", answer).on("POST /auth/refresh", NO_SESSION);

    await client.logOut();

    await expect(client.listTasks()).rejects.toMatchObject({ code: "NO_REFRESH_TOKEN" });
  });

  it("is told to have failed when the server is away: the session still stands", async () => {
    server.on("POST /auth/logout", unreachable);

    await expect(client.logOut()).rejects.toMatchObject({ code: "UNREACHABLE" });
    await expect(client.listTasks()).resolves.toHaveLength(1);
  });
});
