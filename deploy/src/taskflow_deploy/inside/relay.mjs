// Runs in the frontend's container. Each line of its input is a request as JSON, and is sent to the
// backend as it is; each line of its output is an answer, or why none came. Whoever writes a line
// waits for the answer before the next.
import { Agent, request as ask } from "node:http";
import { createInterface } from "node:readline";

const IDLE_MILLISECONDS = 300_000;
const url = process.env.NEXT_PUBLIC_API_URL;
if (!URL.canParse(url)) {
  console.error("NEXT_PUBLIC_API_URL is not the backend's address");
  process.exit(1);
}
const agent = new Agent({ keepAlive: true });
const base64 = (parts) => Buffer.concat(parts).toString("base64");

function say(told) {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

// Nothing of it is left behind: it ends with its input, with its output, and where the end of both
// gets lost on the way, after a while without a request.
const idle = setTimeout(() => process.exit(1), IDLE_MILLISECONDS);
process.stdout.on("error", () => process.exit(1));

function answerTo({ method, path, headers, body }, signal) {
  return new Promise((resolve, reject) => {
    const request = ask(url, { agent, method, path, signal });
    for (const [name, value] of headers) request.setHeader(name, value);
    request.on("error", reject);
    request.on("response", (answer) => {
      const { statusCode: status, rawHeaders } = answer;
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => resolve({ status, rawHeaders, body: base64(parts) }));
    });
    // Said here, since Node.js says no length where a method has no body as a rule.
    const bytes = body === null ? undefined : Buffer.from(body, "base64");
    if (bytes !== undefined) request.setHeader("Content-Length", bytes.length);
    request.end(bytes);
  });
}

const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit(0));
lines.on("line", async (line) => {
  idle.refresh();
  const request = JSON.parse(line);
  const signal = AbortSignal.timeout(request.milliseconds);
  try {
    say(await answerTo(request, signal));
  } catch (error) {
    const late = signal.aborted && `no answer within ${request.milliseconds / 1000} s`;
    say({ error: late || error.code || error.message });
  }
});
say({ url });
