import { expect, test } from "./support";

const TASKS = [
  "Renew the library books",
  "Plan Anna's birthday",
  "Send the invoice to Marlow & Sons",
  "Book the dentist",
  "Water the plants",
];

test("the workspace as the README shows it", async ({ page, app }) => {
  await app.signUp();
  for (const title of TASKS) await app.add(title);
  await page.getByRole("button", { name: "Edit Plan Anna's birthday" }).click();
  await page.getByLabel("Description").fill("A table for eight.");
  await page.getByRole("button", { name: "Save" }).click();
  await app.done("Water the plants").click();

  await app.say("Add buy milk and remind me to call Mum");
  await app.say("Complete renew the library books");
  await app.say("What is left to do?");

  await expect(page.getByText("5 open", { exact: true })).toBeVisible();

  await page.getByLabel("Message to the assistant").blur();
  await page.screenshot({
    path: process.env.TASKFLOW_SCREENSHOT || "test-results/workspace.png",
    animations: "disabled",
    caret: "hide",
  });
});
