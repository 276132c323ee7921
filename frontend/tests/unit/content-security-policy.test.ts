import { expect, it } from "vitest";

import { contentSecurityPolicy } from "@/lib/content-security-policy";

function directives(policy: string): Record<string, string> {
  return Object.fromEntries(
    policy.split("; ").map((part) => [part.split(" ")[0], part.split(" ").slice(1).join(" ")]),
  );
}

it("lets only scripts with the page's own nonce run", () => {
  expect(directives(contentSecurityPolicy("once", false))).toEqual({
    "default-src": "'self'",
    "script-src": "'self' 'nonce-once' 'strict-dynamic'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
  });
});

it("allows what the development server needs, and only there", () => {
  const policy = directives(contentSecurityPolicy("once", true));

  expect(policy["script-src"]).toContain("'unsafe-eval'");
  expect(policy["connect-src"]).toBe("'self' ws:");
});
