import { afterEach, expect, vi } from "vitest";

import type { Task, User } from "@/lib/api/types";

export interface Call {
  route: string;
  authorization: string | null;
  body: unknown;
}

type Answer = Response | Promise<Response>;

/**
 * Stands in for the network between the browser and the API.
 *
 * Routes are written as "GET /tasks", below /api/v1. What no test foresaw fails the test.
 */
export class FakeApi {
  readonly calls: Call[] = [];
  readonly unforeseen: string[] = [];
  private readonly answers = new Map<string, (call: Call) => Answer>();

  on(route: string, answer: (call: Call) => Answer): this {
    this.answers.set(route, answer);
    return this;
  }

  /** Takes a call and answers when the test says so. */
  hold(route: string): (response: Response) => void {
    let release: (response: Response) => void = () => undefined;
    const answer = new Promise<Response>((resolve) => {
      release = resolve;
    });
    this.on(route, () => answer);
    return release;
  }

  /** The calls of one route, in order. */
  to(route: string): Call[] {
    return this.calls.filter((call) => call.route === route);
  }

  readonly fetch = async (path: string, init: RequestInit): Promise<Response> => {
    const route = `${init.method} ${path.replace(/^\/api\/v1/, "")}`;
    const authorization = new Headers(init.headers).get("Authorization");
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    const call = { route, authorization, body };
    this.calls.push(call);
    const answer = this.answers.get(route);
    if (answer) return answer(call);
    this.unforeseen.push(route);
    return refusal(500, "UNFORESEEN", `No answer was prepared for ${route}.`);
  };
}

let current: FakeApi | null = null;

/** A fresh API for one test; logged in, unless the test says otherwise. */
export function fakeApi(): FakeApi {
  current = new FakeApi().on("POST /auth/refresh", () => json(200, { token: "fresh" }));
  vi.stubGlobal("fetch", current.fetch);
  return current;
}

afterEach(() => {
  expect(current?.unforeseen ?? []).toEqual([]);
  current = null;
});

export function json(status: number, body: unknown): Response {
  return Response.json(body, { status });
}

/** The API's one error shape. */
export function refusal(status: number, code: string, message: string): Response {
  return json(status, { error: "Refused", code, message });
}

export function unreachable(): Promise<Response> {
  return Promise.reject(new TypeError("Failed to fetch"));
}

export const USER: User = {
  id: "0b0f7f0e-0000-4000-8000-000000000001",
  email: "ada@example.com",
  created_at: "2026-01-20T10:30:00Z",
};

export function task(title: string, rest: Partial<Task> = {}): Task {
  return {
    id: title.toLowerCase().replaceAll(" ", "-"),
    user_id: USER.id,
    title,
    description: null,
    completed: false,
    created_at: "2026-01-20T10:30:00Z",
    updated_at: "2026-01-20T10:30:00Z",
    ...rest,
  };
}
