import { test as base, expect, type Locator, type Page } from "@playwright/test";

export { expect };

const PASSWORD = "correct horse battery";

interface Expected {
  status: number;
  path: string;
}

interface Fixtures {
  /** Names an answer that the browser may complain about, since the test provokes it. */
  expectRefusal: (status: number, path: string) => void;
  app: App;
}

/**
 * A test in which the browser may complain about nothing but what was announced.
 *
 * Complaints are errors in the console, to which violations of the content security policy
 * belong, and errors that nobody caught.
 */
export const test = base.extend<Fixtures>({
  expectRefusal: [
    async ({ page }, use) => {
      const expected: Expected[] = [];
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (message.type() !== "error" && message.type() !== "warning") return;
        const { url } = message.location();
        const foreseen = expected.some(
          ({ status, path }) => url.endsWith(path) && message.text().includes(` ${status} `),
        );
        if (!foreseen) complaints.push(`${message.text()} (${url})`);
      });
      await use((status, path) => expected.push({ status, path }));
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
  app: async ({ page }, use) => {
    await use(new App(page));
  },
});

/** What a user sees and does. */
export class App {
  constructor(readonly page: Page) {}

  async signUp(): Promise<string> {
    const email = `ada.${Date.now().toString(36)}@example.com`;
    await this.page.goto("/signup");
    await this.enter(email, PASSWORD, "Sign up");
    await expect(this.page).toHaveURL("/tasks");
    await expect(this.page.getByText("No tasks yet")).toBeVisible();
    return email;
  }

  async enter(email: string, password: string, action: "Sign up" | "Log in"): Promise<void> {
    await this.page.getByLabel("Email").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: action }).click();
  }

  async add(title: string): Promise<void> {
    await this.page.getByLabel("New task").fill(title);
    await this.page.getByRole("button", { name: "Add", exact: true }).click();
    await expect(this.done(title)).toBeVisible();
  }

  /** Says something to the assistant and returns its answer, once it is complete. */
  async say(text: string): Promise<Locator> {
    const log = this.page.getByRole("log");
    const said = await log.locator("> *").count();
    await this.page.getByLabel("Message to the assistant").fill(text);
    await this.page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(log.locator("> *")).toHaveCount(said + 2);
    await expect(log.getByText("The assistant is working…")).toBeHidden();
    return log.locator("> *").last();
  }

  /** The box that tells whether a task is done. */
  done(title: string): Locator {
    return this.page.getByRole("checkbox", { name: `Done: ${title}`, exact: true });
  }
}
