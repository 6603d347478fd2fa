/**
 * A server at the far end of a road, and an HTTP proxy beside it, as a program of their own: `far-end.ts HOST CERT KEY`.
 * Prints a line of JSON for each thing that happened.
 */
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";

const [host = "", certFile = "", keyFile = ""] = process.argv.slice(2);
const tell = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);

const server = createHttpsServer(
  { cert: readFileSync(certFile), key: readFileSync(keyFile) },
  (request, response) => {
    tell({ saw: request.url });
    request.resume();
    response.setHeader("content-type", "application/json").end('{"status":"ok"}');
  },
);

const proxy = createHttpServer((_, response) => response.end());
proxy.on("connect", (_, socket: Socket) => {
  socket.write("HTTP/1.1 200 OK\r\n\r\n");
  const onward = connect(portOf(server), host);
  onward.on("error", () => socket.destroy());
  socket.on("error", () => onward.destroy()).on("close", () => onward.destroy());
  socket.pipe(onward).pipe(socket);
});

function portOf(listening: Server): number {
  return (listening.address() as AddressInfo).port;
}

server.listen(0, host, () => {
  proxy.listen(0, host, () => tell({ server: portOf(server), proxy: portOf(proxy) }));
});
