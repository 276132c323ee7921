// Opens one connection after the other to a place for some seconds, and prints how each went. With
// "hold", it also keeps one connection, and counts what it asks and what is answered there.
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const [host, port, seconds, hold] = process.argv.slice(1);
const REQUEST = "GET / HTTP/1.1\r\nHost: server\r\n\r\n";
const PATIENCE_MILLISECONDS = 200;

function knock() {
  const { promise, resolve } = Promise.withResolvers();
  const socket = connect(Number(port), host, () => resolve(true));
  socket.on("error", () => resolve(false)).setTimeout(PATIENCE_MILLISECONDS, () => resolve(false));
  return promise.finally(() => socket.destroy());
}

const held = { asked: 0, answered: 0 };
if (hold) {
  const socket = connect(Number(port), host);
  socket.on("data", (data) => (held.answered += data.toString().split("HTTP/1.1 200").length - 1));
  setInterval(() => socket.write(REQUEST, () => (held.asked += 1)), 50).unref();
  socket.unref();
}

console.log("knocking");
const knocks = [];
const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end) {
  knocks.push(await knock());
  await sleep(20);
}
console.log(JSON.stringify({ knocks, held }));
process.exit(0);
