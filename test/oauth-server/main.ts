/**
 * An authorization server behind Frame.io's paths, as a process that can be killed and started again in its directory.
 * Prints the port that it listens on, and then each exchange with a device, a line of JSON each.
 */
import { once } from "node:events";
import { readFileSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createProvider } from "./provider.ts";
import type { Settings } from "./settings.ts";
import { DIALECT, Shim } from "./shim.ts";
import { Store } from "./store.ts";

const directory = process.argv[2] ?? "";
const settings = JSON.parse(readFileSync(join(directory, "settings.json"), "utf8")) as Settings;

// A pipe keeps what was written when this process dies; a stream's buffer would not.
const tell = (told: object) => writeSync(1, `${JSON.stringify(told)}\n`);

const server = createServer();
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const provider = createProvider(settings, new Store(join(directory, "store.json"))).callback();
const shim = new Shim(settings, `http://127.0.0.1:${port}`, tell);
server.on("request", (request, response) => {
  const path = request.url ?? "";
  const served = DIALECT.test(path) ? shim.serve(path, request, response) : provider(request, response);
  served.catch((error) => {
    console.error(error);
    response.destroy();
  });
});
tell({ port });
