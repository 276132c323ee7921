import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    // A test left alone by "only" would hide all others.
    allowOnly: false,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          environment: "jsdom",
          include: ["tests/unit/**/*.test.{ts,tsx}"],
          setupFiles: ["tests/unit/support/setup.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "proxy",
          environment: "node",
          include: ["tests/proxy/**/*.test.ts"],
          testTimeout: 15_000,
          hookTimeout: 45_000,
        },
      },
    ],
  },
});
