import { type NextRequest, NextResponse } from "next/server";

import { contentSecurityPolicy } from "@/lib/content-security-policy";

// Every page gets a policy with a nonce of its own; the API answers for itself.
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "same-origin");
  response.headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  // Browsers heed it under https only, and complain elsewhere.
  if (request.headers.get("x-forwarded-proto") === "https") {
    response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  }
  return response;
}

export const config = {
  matcher: ["/((?!api/|health|_next/static|icon.svg).*)"],
};
