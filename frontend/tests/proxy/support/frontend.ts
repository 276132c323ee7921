import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, stat } from "node:fs/promises";
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const ROOT = join(import.meta.dirname, "../../..");
const START_SECONDS = 30;
const POLL_MS = 50;

/** The built server, laid out as in the image and told at its start where the backend is. */
export class Frontend {
  log = "";
  readonly ended: Promise<number | null>;

  private constructor(
    private readonly folder: string,
    private readonly process: ChildProcess,
    readonly port: number,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    }
    this.ended = once(process, "exit").then(([code]) => code as number | null);
  }

  static async start(upstream: string): Promise<Frontend> {
    const frontend = await Frontend.begin(upstream);
    await frontend.untilReady();
    return frontend;
  }

  /** Starts the process, and waits for nothing. */
  static async begin(upstream: string): Promise<Frontend> {
    const folder = await layOut();
    const port = await freePort();
    const child = spawn(process.execPath, ["serve.mjs"], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        NEXT_MANUAL_SIG_HANDLE: "1",
        HOSTNAME: "127.0.0.1",
        PORT: String(port),
        NEXT_PUBLIC_API_URL: upstream,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new Frontend(folder, child, port);
  }

  /** Begins a request, on a connection of its own unless an agent is given. */
  request(path: string, options: RequestOptions = {}): ClientRequest {
    return request({ agent: false, host: "127.0.0.1", port: this.port, path, ...options });
  }

  /** Sends a request and returns the answer as it begins; nothing in it is decoded. */
  async send(path: string, options: RequestOptions = {}, body?: Buffer): Promise<IncomingMessage> {
    const sent = this.request(path, options);
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    return answer;
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) this.process.kill("SIGKILL");
    await this.ended;
    await rm(this.folder, { recursive: true });
  }

  private async untilReady(): Promise<void> {
    const end = Date.now() + START_SECONDS * 1000;
    while (Date.now() < end) {
      if (this.process.exitCode !== null) throw new Error(`The server ended:\n${this.log}`);
      const answer = await this.send("/").catch(() => null);
      answer?.resume();
      if (answer?.statusCode === 200) return;
      await sleep(POLL_MS);
    }
    await this.stop();
    throw new Error(`The server did not start within ${START_SECONDS} s:\n${this.log}`);
  }
}

/** Puts the build's parts where the Dockerfile puts them. */
async function layOut(): Promise<string> {
  const built = join(ROOT, ".next/standalone");
  await stat(join(built, "server.js")).catch(() => {
    throw new Error("There is no build to test. Run: sh scripts/npm.sh run build");
  });
  const folder = await mkdtemp(join(tmpdir(), "taskflow-frontend-"));
  const copy = (from: string, to: string) =>
    cp(join(ROOT, from), join(folder, to), { recursive: true, verbatimSymlinks: true });
  await copy(".next/standalone", ".");
  await copy(".next/static", ".next/static");
  await copy("public", "public");
  await copy("serve.mjs", "serve.mjs");
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}
