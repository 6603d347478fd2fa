/** Years of a paired device in minutes: the real runner, vault, client and sockets on a clock that is moved by hand. */

import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../../daemon/core/secret.ts";
import { type Call, createFrameio, type Frameio } from "../../daemon/frameio/client.ts";
import { keepPresent, type PresenceOptions } from "../../daemon/frameio/presence.ts";
import { Runner } from "../../daemon/pairing/runner.ts";
import { endOf, grantOf } from "../../daemon/pairing/state.ts";
import { Disk } from "../../daemon/vault/disk.ts";
import type { FaultRule } from "../simulator/faults.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { openVault } from "../support/open-vault.ts";
import { seededRandom } from "../support/random.ts";
import { Pending } from "../support/watched.ts";
import { bytesTaken, type Card } from "./card.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** Parts of a life after which it is looked at. */
const LOOKS = [0.1, 0.5, 1];

/** What spoils an answer now and then. */
const FAULTS: readonly FaultRule["fault"][] = [
  { type: "drop" },
  { type: "reset" },
  { type: "status", status: 503 },
  { type: "status", status: 404 },
  { type: "captive-portal" },
  { type: "redirect" },
  { type: "rate-limited", retryAfter: 30 },
  { type: "refusal", error: "invalid_client" },
];

const NO_REQUESTS: LifeReport["requests"] = {
  code: 0,
  poll: 0,
  refresh: 0,
  revoke: 0,
  device: 0,
  heartbeat: 0,
  health: 0,
  socket: 0,
};

export interface LifeOptions {
  readonly days: number;
  readonly seed: number;
  /** Where the state directory is made. */
  readonly card: Card;
  /** What the world is like: with faults, outages of up to five days and steps of the clock; quite well; or offline. */
  readonly weather: "stormy" | "fair" | "offline";
  /** How the device is shown online, which may need hundreds of requests a day. */
  readonly presence: PresenceOptions["mode"];
  /** Whether Frame.io takes the status socket. */
  readonly socket: "taken" | "refused";
  /** Whether somebody could see all the time what Frame.io says of the device. */
  readonly watched: boolean;
}

/** Taken after a tenth of the time, half of it, and all of it. */
export interface Look {
  readonly day: number;
  /** Bytes of the state directory. */
  readonly state: number;
  /** MB of heap in use after a collection, and of memory that is resident. */
  readonly heap: number;
  readonly resident: number;
}

export interface LifeReport {
  readonly paired: boolean;
  /** Ends of the authorization that the server decided. */
  readonly ends: number;
  readonly refreshes: number;
  /** By call; `socket` for its handshakes. */
  readonly requests: Readonly<Record<Call | "socket", number>>;
  /** Bytes that the card took, its file system's journal included; null where nobody counts. */
  readonly bytesWritten: number | null;
  readonly offlineDays: number;
  readonly clockJumps: number;
  readonly looks: readonly Look[];
}

/** Lives `days`, all chance from one seed. */
export async function live(options: LifeOptions): Promise<LifeReport> {
  const { days, seed, card, weather } = options;
  const random = seededRandom(seed);
  const clock = new ManualClock();
  const birth = clock.wall();
  let requests = NO_REQUESTS;
  const simulator = await startSimulator({
    now: () => birth + clock.elapsed(),
    autoApproveAfter: 10,
    seed,
  });
  if (options.socket === "refused")
    simulator.faults.add({ call: "socket", fault: { type: "status", status: 404 } });
  if (weather === "stormy")
    for (const fault of FAULTS) simulator.faults.add({ call: "any", fault, probability: 0.02 });
  const directory = mkdtempSync(join(card.directory, "c2cd-life-"));
  const pending = new Pending();
  const vault = await openVault({
    clock,
    disk: pending.watch(new Disk({ directory, credentialsDirectory: null, scratch: directory, clock })),
  });
  const frameio = createFrameio({
    baseUrl: simulator.url,
    clientVersion: "1.0.0",
    scope: "asset_create offline",
    urlPairing: true,
    bodyEncoding: "multipart",
    verificationHosts: ["frame.io"],
    clientId: () => "LIFE-1",
    clientSecret: () => new Secret(simulator.secret),
    roots: [],
    systemRoots: () => null,
    proxy: null,
    clock,
    observe: count,
  });
  let ends = 0;
  let refreshes = 0;
  const runner = new Runner({
    frameio: pending.watch(frameio),
    vault: pending.watch(vault),
    clock,
    random,
    clientId: () => "LIFE-1",
    settings: () => ({ start: "auto", window: 0 }),
    observe({ before, event, after }) {
      if (endOf(before) === null && endOf(after) !== null) ends += 1;
      if (event.type !== "refresh-answered" || event.outcome.kind === "fault") return;
      if (event.outcome.verdict.type === "refreshed") refreshes += 1;
    },
    storageFailed(error) {
      throw error;
    },
  });

  const watched = pending.watch(frameio);
  const presence = keepPresent({
    mode: options.presence,
    interval: 120,
    frameio: {
      heartbeat: watched.heartbeat,
      attend(...given) {
        count("socket");
        return options.socket === "taken" ? stay(...given) : watched.attend(...given);
      },
    },
    clock,
    random,
    accessToken: () => {
      const grant = grantOf(runner.state);
      return grant?.rotation.at === "proven" ? grant.current.accessToken : null;
    },
    deviceIds: () => grantOf(runner.state)?.device?.record.ids ?? [],
    onUnauthorized: (accessToken) => runner.dispatch({ type: "token-refused", accessToken }),
    onJoined: (joined) => runner.dispatch({ type: "attended", joined }),
    onStatus: (paused) =>
      runner.dispatch(paused === null ? { type: "device-doubted" } : { type: "status-told", paused }),
    onTrouble() {},
  });
  runner.subscribe(() => presence.update());
  runner.dispatch({ type: "watched", watched: options.watched });

  let offlineDays = 0;
  let clockJumps = 0;
  let onlineAt: number | null = null;
  const looks: Look[] = [];
  await runner.boot();
  await pending.quiet();
  await passTime(MINUTE_MS);
  if (weather === "offline") await simulator.goOffline();
  const writtenBefore = bytesTaken(card);
  requests = NO_REQUESTS;
  for (let day = 0; day < days; day++) {
    if (weather === "stormy" && onlineAt === null && random() < 0.03) {
      await simulator.goOffline();
      onlineAt = clock.elapsed() + random() * 5 * DAY_MS;
      offlineDays += (onlineAt - clock.elapsed()) / DAY_MS;
    }
    if (weather === "stormy" && random() < 0.05) {
      clockJumps += 1;
      clock.trusted = random() < 0.5;
      clock.setWall(clock.trusted ? birth + clock.elapsed() : random() * 2 * Date.UTC(2030, 0, 1));
      runner.dispatch({ type: "clock-changed" });
    }
    await passTime(DAY_MS);
    if ((day + 1) % 1_000 === 0) console.error(`${day + 1} days, ${refreshes} refreshes`);
    if (LOOKS.some((part) => day + 1 === Math.ceil(days * part))) looks.push(look(day + 1, directory));
  }
  const report: LifeReport = {
    paired: grantOf(runner.state) !== null,
    ends,
    refreshes,
    requests,
    bytesWritten: writtenBefore === null ? null : (bytesTaken(card) ?? 0) - writtenBefore,
    offlineDays,
    clockJumps,
    looks,
  };
  presence.close();
  await runner.close();
  await vault.close();
  await frameio.close();
  await simulator.close();
  rmSync(directory, { recursive: true });
  return report;

  function count(call: Call | "socket"): void {
    requests = { ...requests, [call]: requests[call] + 1 };
  }

  async function passTime(ms: number): Promise<void> {
    const end = clock.elapsed() + ms;
    while (clock.elapsed() < end) {
      const due = Math.min(clock.nextDue ?? end, end, onlineAt ?? end);
      await clock.advance(Math.max(0, due - clock.elapsed()));
      await pending.quiet();
      if (onlineAt === null || clock.elapsed() < onlineAt) continue;
      onlineAt = null;
      await simulator.goOnline();
      runner.dispatch({ type: "network-changed", up: true });
      await pending.quiet();
    }
  }
}

/** On a socket that is joined at once and never lost: its frames, one every 15 s, cross no hand-moved clock. */
function stay(...[, , listener, signal]: Parameters<Frameio["attend"]>): ReturnType<Frameio["attend"]> {
  listener.onJoined();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "verdict", verdict: { type: "lost" } }));
  });
}

function look(day: number, directory: string): Look {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const state = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  return { day, state, heap: heapUsed / 1e6, resident: rss / 1e6 };
}
