import type { NextConfig } from "next";

const config: NextConfig = {
  // One folder with a server and only the modules it needs: what the image holds.
  output: "standalone",
  outputFileTracingRoot: import.meta.dirname,
  // Only optimised images need it, and it is the one module with compiled code.
  outputFileTracingExcludes: { "*": ["node_modules/sharp/**", "node_modules/@img/**"] },
  // The image's build gives a hash of its sources; elsewhere Next.js draws one.
  generateBuildId: () => process.env.BUILD_ID ?? null,
  poweredByHeader: false,
  compress: false,
  // A path of the API goes to the backend as it is, a slash at its end included.
  skipTrailingSlashRedirect: true,
  images: { unoptimized: true },
  // Nothing may be written to the read-only file system of the container.
  experimental: { isrFlushToDisk: false },
};

export default config;
