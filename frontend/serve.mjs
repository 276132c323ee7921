// The server of the image: `node serve.mjs`, beside a standalone build of Next.js.
//
// It listens before it loads Next.js, which takes most of a second, and with half a core twice
// that. Who asks for a page meanwhile, such as the probe of a pod that starts, gets it once it can
// be had, instead of being refused and having to come again.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, get } from "node:http";
import { createRequire } from "node:module";

const ALIVE = JSON.stringify({ status: "alive" });
const TERMINATED = 128 + 15;
const folder = import.meta.dirname;
const hostname = process.env.HOSTNAME ?? "0.0.0.0";
const port = Number(process.env.PORT ?? 3000);

const server = createServer(async (request, response) => {
  // Tells that this process answers; it asks nobody else, and does not wait for Next.js.
  if (request.url === "/livez") {
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("Content-Type", "application/json");
    response.end(ALIVE);
    return;
  }
  (await pages)(request, response);
});
const pages = once(server, "listening").then(load);

// The first process of a container ignores what it does not handle; later, src/lib/drain.ts does.
const leave = () => process.exit(TERMINATED);
process.on("SIGTERM", leave);
pages.then(
  () => {
    process.off("SIGTERM", leave);
    warmUp();
  },
  (error) => {
    console.error(`TaskFlow cannot start: ${error.message}`);
    process.exit(1);
  },
);
server.listen(port, hostname);

/**
 * Starts Next.js with the settings that it was built with.
 *
 * @returns {Promise<import("node:http").RequestListener>}
 */
async function load() {
  const built = readFileSync(`${folder}/.next/required-server-files.json`, "utf8");
  const { config } = JSON.parse(built);
  // As Next.js' own server.js does: the settings' file is not part of a build.
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config);
  process.chdir(folder);
  // Not imported above: that would be before anybody listens.
  /** @type {typeof import("next").default} */
  const next = createRequire(import.meta.url)("next");
  const app = next({ dev: false, dir: folder, conf: config, hostname, port, httpServer: server });
  await app.prepare();
  return app.getRequestHandler();
}

/** Asks for the start page: the first one takes ten times as long, so nobody else should be first. */
function warmUp() {
  const host = hostname === "0.0.0.0" ? "127.0.0.1" : hostname;
  const page = get({ agent: false, host, port, path: "/" }, (answer) => answer.resume());
  page.on("error", (error) => console.error(`The start page is not served: ${error.message}`));
}
