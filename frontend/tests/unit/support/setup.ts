import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, expect, type MockInstance, vi } from "vitest";

let complaints: MockInstance[];

// What React and the libraries complain about is a failure.
beforeEach(() => {
  complaints = [vi.spyOn(console, "error"), vi.spyOn(console, "warn")];
});

afterEach(() => {
  cleanup();
  expect(complaints.flatMap((spy) => spy.mock.calls)).toEqual([]);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
