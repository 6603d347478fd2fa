/**
 * A device that dies by SIGKILL at one boundary of its effects: just before a call of the runner on its ports, or just
 * after the call's answer is there. Prints each boundary on a line of its own before it comes to it.
 *
 * Arguments: directory, simulator's URL, its secret, origin and factor of the clock, boundary to die at (0 for none).
 */
import { writeSync } from "node:fs";
import { createFrameio } from "../../daemon/frameio/client.ts";
import { stateName } from "../../daemon/pairing/name.ts";
import { Runner } from "../../daemon/pairing/runner.ts";
import { Secret } from "../../daemon/secret.ts";
import { openVault } from "../../daemon/vault/disk.ts";
import { openResilientVault } from "../../daemon/vault/resilient.ts";
import { fastClock } from "../support/fast-clock.ts";

const [directory = "", url = "", secret = "", origin, factor, deathAt] = process.argv.slice(2);
let passed = 0;

function boundary(name: string): void {
  passed += 1;
  // A pipe to the parent keeps what was written when this process dies; a stream's buffer would not.
  writeSync(1, `${name}\n`);
  if (passed === Number(deathAt)) process.kill(process.pid, "SIGKILL");
}

function mortal<T extends object>(room: string, port: T): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        boundary(`${room}.${String(name)} begins`);
        const result: unknown = Reflect.apply(member, target, given);
        if (!(result instanceof Promise)) return result;
        return result.finally(() => boundary(`${room}.${String(name)} ended`));
      };
    },
  });
}

const clock = fastClock(Number(origin), Number(factor));
const vault = await openResilientVault({
  clock,
  open: () => openVault({ directory, credentialsDirectory: null, scratch: directory }),
});
const frameio = createFrameio({
  baseUrl: url,
  clientVersion: "1.0.0",
  scope: "asset_create offline",
  urlPairing: true,
  bodyEncoding: "multipart",
  verificationHosts: ["frame.io"],
  clientId: "MORTAL-1",
  clientSecret: () => new Secret(secret),
  roots: [],
  proxy: null,
  clock,
});
const runner = new Runner({
  frameio: mortal("frameio", frameio),
  vault: mortal("vault", vault),
  clock,
  random: Math.random,
  clientId: "MORTAL-1",
  settings: () => ({ start: "auto", window: 0 }),
  observe({ before, after }) {
    if (stateName(before) !== stateName(after)) writeSync(1, `state ${stateName(after)}\n`);
    if (before.ended === null && after.ended !== null) writeSync(1, "authorization ended\n");
  },
  storageFailed(error) {
    throw error;
  },
});
await runner.boot();
