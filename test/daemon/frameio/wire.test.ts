import assert from "node:assert/strict";
import { lookup } from "node:dns";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { Wire } from "../../../daemon/frameio/wire.ts";
import { listen } from "./support.ts";

async function connected(): Promise<{ wire: Wire; peer: Socket; errors: string[] }> {
  const server = createServer();
  const address = await listen(server);
  const errors: string[] = [];
  const wire = new Wire();
  wire.on("error", (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
  wire.dial("127.0.0.1", Number(address.split(":")[1]), lookup);
  const [[peer]] = (await Promise.all([once(server, "connection"), once(wire, "connect")])) as [
    [Socket],
    unknown,
  ];
  return { wire, peer, errors };
}

test("a wire that is destroyed is reset, with the error that it was given", async () => {
  const { wire, peer, errors } = await connected();
  const told = once(peer, "error");
  wire.destroy(Object.assign(new Error("given up"), { code: "ENETDOWN" }));
  const [error] = (await told) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNRESET");
  assert.deepEqual(errors, ["ENETDOWN"]);
});

test("a wire whose end is under way is closed, since it can't be reset", async () => {
  const { wire, peer, errors } = await connected();
  const ended = once(peer.resume(), "end");
  wire.end("goodbye");
  wire.destroy();
  await Promise.all([once(wire, "close"), ended]);
  assert.deepEqual(errors, []);
});

test("a wire that does not stand yet ends with its error", async () => {
  const wire = new Wire();
  wire.dial("frame.io", 443, () => {});
  const told = once(wire, "error");
  wire.destroy(new Error("given up"));
  const [error] = (await told) as [Error];
  assert.equal(error.message, "given up");
});
