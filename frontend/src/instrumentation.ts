/** Runs once, when the server starts; see the documentation of Next.js. */
export async function register(): Promise<void> {
  // A condition that the bundler knows: what follows cannot be built for the edge.
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { drainWhenStopped } = await import("@/lib/drain");
    const { bypassForBackend } = await import("@/lib/upstream/bypass");
    if (process.env.NEXT_MANUAL_SIG_HANDLE) drainWhenStopped();
    bypassForBackend();
  }
}
