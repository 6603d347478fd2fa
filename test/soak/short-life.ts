/**
 * A device that dies by SIGKILL at one boundary of its effects: just before a call of the runner on its ports, or just
 * after the call's answer is there. Prints each boundary on a line of its own before it comes to it, and a fingerprint
 * of the tokens that were issued or are being stored.
 *
 * Arguments: directory, simulator's URL, its secret, origin and factor of the clock, boundary to die at (0 for none).
 */
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import type { Outcome, PollVerdict, RefreshVerdict, Tokens } from "../../daemon/domain.ts";
import { createFrameio } from "../../daemon/frameio/client.ts";
import { stateName } from "../../daemon/pairing/name.ts";
import { Runner } from "../../daemon/pairing/runner.ts";
import { Secret } from "../../daemon/secret.ts";
import { openVault } from "../../daemon/vault/disk.ts";
import { openResilientVault } from "../../daemon/vault/resilient.ts";
import type { StoredAuthorization } from "../../daemon/vault/vault.ts";
import { fastClock } from "../support/fast-clock.ts";

const [directory = "", url = "", secret = "", origin, factor, deathAt] = process.argv.slice(2);
let passed = 0;

function boundary(name: string): void {
  passed += 1;
  // A pipe to the parent keeps what was written when this process dies; a stream's buffer would not.
  writeSync(1, `${name}\n`);
  if (passed === Number(deathAt)) process.kill(process.pid, "SIGKILL");
}

function fingerprint({ accessToken }: Tokens): string {
  return createHash("sha256").update(accessToken.reveal()).digest("hex").slice(0, 8);
}

function mortal<T extends object>(room: string, port: T): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        const call = `${room}.${String(name)}`;
        boundary(`${call} begins`);
        const result: unknown = Reflect.apply(member, target, given);
        if (!(result instanceof Promise)) return result;
        return result.then((answer) => {
          tellTokens(call, given, answer);
          boundary(`${call} ended`);
          return answer;
        });
      };
    },
  });
}

function tellTokens(call: string, given: readonly unknown[], answer: unknown): void {
  if (call === "vault.storeAuthorization")
    writeSync(1, `stored ${fingerprint((given[0] as StoredAuthorization).current)}\n`);
  if (call !== "frameio.poll" && call !== "frameio.refresh") return;
  const outcome = answer as Outcome<PollVerdict | RefreshVerdict>;
  if (outcome.kind === "verdict" && "tokens" in outcome.verdict)
    writeSync(1, `issued ${fingerprint(outcome.verdict.tokens)}\n`);
}

const clock = fastClock(Number(origin), Number(factor));
const vault = await openResilientVault({
  // The storage is as fast as it is: its patience must not run on a clock that races.
  clock: fastClock(Number(origin), 1),
  open: () => openVault({ directory, credentialsDirectory: null, scratch: directory, clock }),
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
  // On a clock that runs fast, the usual limits would be over before the machine has answered.
  timeouts: { connect: 3_600_000, headers: 3_600_000, total: 3_600_000 },
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
