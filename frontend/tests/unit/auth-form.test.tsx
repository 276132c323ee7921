import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { AuthForm } from "@/components/auth/auth-form";
import { fakeApi, json, refusal, USER } from "./support/api";
import { show } from "./support/render";

const WELCOME = { user: USER, token: "given", message: "Login successful" };

function field(name: string): HTMLInputElement {
  return screen.getByLabelText(name);
}

it.each([
  { mode: "login", path: "/auth/login", action: "Log in" },
  { mode: "signup", path: "/auth/signup", action: "Sign up" },
] as const)("$mode leads to the tasks", async ({ mode, path, action }) => {
  const api = fakeApi().on(`POST ${path}`, () => json(200, WELCOME));
  const { user, router } = show(<AuthForm mode={mode} />);

  await user.type(field("Email"), USER.email);
  await user.type(field("Password"), "correct horse");
  await user.click(screen.getByRole("button", { name: action }));

  await waitFor(() => expect(router.push).toHaveBeenCalledWith("/tasks"));
  expect(api.calls.map((call) => [call.route, call.body])).toEqual([
    [`POST ${path}`, { email: USER.email, password: "correct horse" }],
  ]);
});

describe("a refused login", () => {
  it("says why and keeps what was typed", async () => {
    fakeApi().on("POST /auth/login", () =>
      refusal(401, "INVALID_CREDENTIALS", "The email or the password is wrong."),
    );
    const { user, router } = show(<AuthForm mode="login" />);

    await user.type(field("Email"), USER.email);
    await user.type(field("Password"), "wrong{Enter}");

    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe("The email or the password is wrong.");
    expect(field("Email").value).toBe(USER.email);
    expect(field("Password").value).toBe("wrong");
    expect(router.push).not.toHaveBeenCalled();
  });

  it("can be tried again, and the old reproach goes", async () => {
    const api = fakeApi().on("POST /auth/login", () => refusal(401, "INVALID_CREDENTIALS", "No."));
    const { user, router } = show(<AuthForm mode="login" />);
    await user.type(field("Email"), USER.email);
    await user.type(field("Password"), "wrong{Enter}");
    await screen.findByRole("alert");

    api.on("POST /auth/login", () => json(200, WELCOME));
    await user.click(screen.getByRole("button", { name: "Log in" }));

    await waitFor(() => expect(router.push).toHaveBeenCalledWith("/tasks"));
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

it("is sent once, however often the button is pressed", async () => {
  const api = fakeApi();
  const answer = api.hold("POST /auth/login");
  const { user, router } = show(<AuthForm mode="login" />);
  await user.type(field("Email"), USER.email);
  await user.type(field("Password"), "correct horse{Enter}{Enter}");

  const button = screen.getByRole<HTMLButtonElement>("button", { name: "One moment…" });
  expect(button.disabled).toBe(true);
  answer(json(200, WELCOME));

  await waitFor(() => expect(router.push).toHaveBeenCalled());
  expect(api.to("POST /auth/login")).toHaveLength(1);
});
