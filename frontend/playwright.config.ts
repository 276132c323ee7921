import { defineConfig, devices } from "@playwright/test";

const address = process.env.TASKFLOW_URL;
if (!address) {
  throw new Error(
    "TASKFLOW_URL is not set. Give the address of a running TaskFlow, such as http://127.0.0.1:3000.",
  );
}

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  // One after the other, and never again: what fails once is a failure.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    baseURL: address,
    viewport: { width: 1280, height: 800 },
    colorScheme: "light",
    locale: "en-GB",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH || "/usr/bin/chromium",
      // Chromium's sandbox does not work for root.
      chromiumSandbox: process.getuid?.() !== 0,
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
