/**
 * A device that dies by SIGKILL at one boundary of its effects: just before a call of the runner on its ports or of the
 * vault on its disk, or just after the call's answer is there. Tells each boundary that it comes to on a line of its own,
 * with what it found at its start, which tokens were issued to it, which of them are on the disk, when anyone was told of
 * what has changed, and when a call has shown that they work.
 */
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import type { StoredAuthorization, Tokens } from "../../daemon/contract/authorization.ts";
import type { DeviceVerdict, Outcome, PollVerdict, RefreshVerdict } from "../../daemon/contract/verdicts.ts";
import { Secret } from "../../daemon/core/secret.ts";
import { createFrameio } from "../../daemon/frameio/client.ts";
import { Runner } from "../../daemon/pairing/runner.ts";
import { endOf } from "../../daemon/pairing/state.ts";
import { Disk } from "../../daemon/vault/disk.ts";
import { fastClock } from "../support/fast-clock.ts";
import { openVault } from "../support/open-vault.ts";

/** What a short life is asked for. */
export interface Wish {
  readonly directory: string;
  readonly url: string;
  readonly secret: string;
  /** Wall time at which its clock was right, and how much faster than time it runs. */
  readonly origin: number;
  readonly factor: number;
  /** The line to die at, and the how manieth of them; null for a life that others end. */
  readonly death: { readonly line: string; readonly nth: number } | null;
  /** Whether it is unpaired as soon as its tokens work; what it does from then on is told as done in leaving. */
  readonly unpair: boolean;
}

/** A life that its wish has not ended by now comes to no end: what it was to die at does not happen. */
const LONGEST_LIFE = { line: "works", nth: 8, status: 3 };

const wish = JSON.parse(process.argv[2] ?? "") as Wish;
const told = new Map<string, number>();
let leaving = false;

function tell(line: string): void {
  // A pipe to the parent keeps what was written when this process dies; a stream's buffer would not.
  writeSync(1, `${line}\n`);
  const nth = (told.get(line) ?? 0) + 1;
  told.set(line, nth);
  if (line === wish.death?.line && nth === wish.death.nth) process.kill(process.pid, "SIGKILL");
  if (line === LONGEST_LIFE.line && nth === LONGEST_LIFE.nth) process.exit(LONGEST_LIFE.status);
}

function fingerprint({ accessToken }: Tokens): string {
  return createHash("sha256").update(accessToken.reveal()).digest("hex").slice(0, 8);
}

/** What the vault was last given to store. */
let storing: StoredAuthorization | null = null;

function mortal<T extends object>(room: string, port: T): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        const call = `${room}.${String(name)}`;
        const boundary = leaving ? `leaving ${call}` : call;
        if (call === "vault.storeAuthorization") storing = given[0] as StoredAuthorization;
        const written = call === "disk.write" ? storing : null;
        tell(`${boundary} begins`);
        const result: unknown = Reflect.apply(member, target, given);
        if (!(result instanceof Promise)) return result;
        return result.then((answer) => {
          tellMeaning(call, written, answer);
          tell(`${boundary} ended`);
          return answer;
        });
      };
    },
  });
}

/** @param written what the disk was given to keep */
function tellMeaning(call: string, written: StoredAuthorization | null, answer: unknown): void {
  switch (call) {
    case "vault.authorization":
      tell(answer === null ? "found nothing" : "found an authorization");
      return;
    case "disk.write":
      if (written === null) return;
      tell(`stored ${fingerprint(written.current)}`);
      if (written.leaving) tell("stored the unpair");
      return;
    case "vault.forgetAuthorization":
      tell("forgot");
      return;
    case "frameio.poll":
    case "frameio.refresh": {
      const outcome = answer as Outcome<PollVerdict | RefreshVerdict>;
      if (outcome.kind === "verdict" && "tokens" in outcome.verdict)
        tell(`issued ${fingerprint(outcome.verdict.tokens)}`);
      return;
    }
    case "frameio.device": {
      const outcome = answer as Outcome<DeviceVerdict>;
      if (outcome.kind !== "verdict" || outcome.verdict.type !== "device") return;
      tell("works");
      if (wish.unpair) setImmediate(unpair);
    }
  }
}

function unpair(): void {
  leaving = true;
  void runner.unpair().then(() => tell("unpaired"));
}

const clock = fastClock(wish.origin, wish.factor);
const vault = await openVault({
  // The storage is as fast as it is: its patience must not run on a clock that races.
  clock: fastClock(wish.origin, 1),
  disk: mortal(
    "disk",
    new Disk({ directory: wish.directory, credentialsDirectory: null, scratch: wish.directory, clock }),
  ),
});
const frameio = createFrameio({
  baseUrl: wish.url,
  clientVersion: "1.0.0",
  scope: "asset_create offline",
  urlPairing: true,
  bodyEncoding: "multipart",
  verificationHosts: ["frame.io"],
  clientId: () => "MORTAL-1",
  clientSecret: () => new Secret(wish.secret),
  roots: [],
  systemRoots: () => null,
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
  clientId: () => "MORTAL-1",
  settings: () => ({ start: "auto", window: 0 }),
  observe({ before, after }) {
    if (endOf(before) === null && endOf(after) !== null) tell("ended by Frame.io");
  },
  storageFailed(error) {
    throw error;
  },
});
runner.subscribe(() => tell("told"));
await runner.boot();
