import { expect, test } from "./support";

test("from signing up to logging out", async ({ page, app, expectRefusal }) => {
  const email = await app.signUp();
  await expect(page.getByText(email)).toBeVisible();
  await app.add("Water the plants");
  // A page that is loaded anew forgets this.
  await page.evaluate(() => Object.assign(window, { mark: "not reloaded" }));

  await expect(await app.say("Add buy milk")).toContainText("added a task");
  await expect(app.done("buy milk")).not.toBeChecked();
  await expect(await app.say("Complete water the plants")).toContainText("completed a task");
  await expect(app.done("Water the plants")).toBeChecked();
  await expect(page.getByText("1 open", { exact: true })).toBeVisible();
  expect(await page.evaluate(() => "mark" in window)).toBe(true);

  await page.reload();
  await expect(page.getByText(email)).toBeVisible();
  await expect(app.done("buy milk")).not.toBeChecked();
  await expect(app.done("Water the plants")).toBeChecked();
  expect(await page.evaluate(() => "mark" in window)).toBe(false);

  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await expect(page).toHaveURL("/login");
  expectRefusal(401, "/api/v1/auth/refresh");
  await page.goto("/tasks");
  await expect(page).toHaveURL("/login");
});

test("a wrong password is told, and the email is kept", async ({ page, app, expectRefusal }) => {
  const email = `nobody.${Date.now()}@example.com`;
  expectRefusal(401, "/api/v1/auth/login");

  await page.goto("/login");
  await app.enter(email, "not the password", "Log in");

  await expect(page.getByRole("main").getByRole("alert")).toHaveText(/^[A-Z][^{}]+\.$/);
  await expect(page.getByLabel("Email")).toHaveValue(email);
  await expect(page).toHaveURL("/login");
});
