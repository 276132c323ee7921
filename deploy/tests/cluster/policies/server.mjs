// Answers HTTP on 8080, echoes TCP on 8081 and UDP on 8082 and 8083.
import { createSocket } from "node:dgram";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";

process.on("SIGTERM", () => process.exit(0));

createHttpServer((_request, response) => response.end("ok\n")).listen(8080);
createServer((socket) => socket.on("error", () => socket.destroy()).pipe(socket)).listen(8081);
for (const port of [8082, 8083]) {
  const server = createSocket("udp4");
  server.on("message", (message, from) => server.send(message, from.port, from.address));
  server.bind(port);
}
