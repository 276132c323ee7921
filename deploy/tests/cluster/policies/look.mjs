// Tries all places at once, such as tcp://10.0.0.1:80, udp://10.0.0.1:80 or dns://example.com, and
// prints which of them answered.
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { connect } from "node:net";

const MILLISECONDS = 1500;

function tcp(host, port, done) {
  const socket = connect(port, host, () => done(true)).on("error", () => done(false));
  return () => socket.destroy();
}

function udp(host, port, done) {
  const socket = createSocket("udp4").on("message", () => done(true));
  socket.send("hello", port, host);
  return () => socket.close();
}

function dns(name, _port, done) {
  const resolver = new Resolver({ timeout: MILLISECONDS, tries: 1 });
  resolver.resolve4(name).then(
    () => done(true),
    () => done(false),
  );
  return () => resolver.cancel();
}

async function answers(place) {
  const { protocol, hostname, port } = new URL(place);
  const attempt = { "tcp:": tcp, "udp:": udp, "dns:": dns }[protocol];
  const { promise, resolve } = Promise.withResolvers();
  const timer = setTimeout(() => resolve(false), MILLISECONDS);
  const close = attempt(hostname, Number(port), resolve);
  return promise.finally(() => (clearTimeout(timer), close()));
}

const places = process.argv.slice(1);
const found = await Promise.all(places.map(answers));
console.log(JSON.stringify(Object.fromEntries(places.map((place, i) => [place, found[i]]))));
