import { describe, expect, it } from "vitest";

import { Both } from "./support/both";
import { bodyOf } from "./support/upstream";

const both = new Both();

async function page(path: string) {
  const answer = await both.frontend.send(path);
  const policy = String(answer.headers["content-security-policy"]);
  return {
    status: answer.statusCode,
    headers: answer.headers,
    html: (await bodyOf(answer)).toString(),
    nonce: /'nonce-([^']+)'/.exec(policy)?.[1],
  };
}

describe.each([
  ["/", 200, "A to-do list whose assistant does the work."],
  ["/login", 200, "Welcome back"],
  ["/signup", 200, "Create your account"],
  ["/tasks", 200, "Loading…"],
  ["/nowhere", 404, "There is no such page."],
])("%s", (path, status, text) => {
  it("is rendered without asking the backend", async () => {
    const { html, ...got } = await page(path);

    expect(got.status).toBe(status);
    expect(html).toContain(text);
    expect(both.upstream.seen).toEqual([]);
  });

  it("lets only its own scripts run, by a nonce that is never used again", async () => {
    const { nonce, html } = await page(path);
    const scripts = html.match(/<script\b[^>]*>/g) ?? [];

    expect(nonce).toMatch(/^[\w+/=]{20,}$/);
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([]);
    expect((await page(path)).nonce).not.toBe(nonce);
  });

  it("may be neither framed nor sniffed, and tells nobody else where it was", async () => {
    const { headers } = await page(path);

    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
    });
    expect(headers["cross-origin-opener-policy"]).toBeUndefined();
    expect(headers["x-powered-by"]).toBeUndefined();
  });
});

it("is kept apart from pages that open it, under https, where browsers heed that", async () => {
  const answer = await both.frontend.send("/", { headers: { "X-Forwarded-Proto": "https" } });
  answer.resume();
  expect(answer.headers["cross-origin-opener-policy"]).toBe("same-origin");
});

it("the pages' scripts, styles and icon are served, and kept by the browser", async () => {
  const { html } = await page("/login");
  const files = [...html.matchAll(/(?:src|href)="(\/_next\/static\/[^"]+)"/g)].map(
    ([, path]) => path ?? "",
  );

  expect(files.some((path) => path.endsWith(".js"))).toBe(true);
  expect(files.some((path) => path.endsWith(".css"))).toBe(true);
  for (const path of new Set(files)) {
    const answer = await both.frontend.send(path);
    answer.resume();
    expect([path, answer.statusCode]).toEqual([path, 200]);
    expect(answer.headers["cache-control"]).toContain("immutable");
  }
  const icon = await both.frontend.send("/icon.svg");
  icon.resume();
  expect([icon.statusCode, icon.headers["content-type"]]).toEqual([200, "image/svg+xml"]);
});
