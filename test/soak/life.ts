/** Years of a paired device in minutes: the real runner, vault, client and sockets on a clock that is moved by hand. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createFrameio } from "../../daemon/frameio/client.ts";
import { Runner } from "../../daemon/pairing/runner.ts";
import { Secret } from "../../daemon/secret.ts";
import { openVault } from "../../daemon/vault/disk.ts";
import { openResilientVault } from "../../daemon/vault/resilient.ts";
import type { FaultRule } from "../simulator/faults.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { seededRandom } from "../support/random.ts";
import { Pending } from "../support/watched.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

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

export interface LifeReport {
  readonly days: number;
  readonly paired: boolean;
  /** Ends of the authorization that the server decided. */
  readonly ends: number;
  readonly refreshes: number;
  readonly requests: number;
  /** To the disk; 0 where the state is kept in memory. */
  readonly bytesWritten: number;
  readonly offlineDays: number;
  readonly clockJumps: number;
  /** Bytes of the state directory after a tenth of the time, and at the end. */
  readonly stateBytes: readonly [number, number];
  /** MB of heap in use, likewise, where the collector can be called (node --expose-gc). */
  readonly heapMegabytes: readonly [number, number] | null;
}

/**
 * Lives `days` with random faults, outages of up to five days and steps of the wall clock, all from one seed.
 *
 * @param parent where the state directory is made
 */
export async function live(days: number, seed: number, parent: string): Promise<LifeReport> {
  const random = seededRandom(seed);
  const clock = new ManualClock();
  const birth = clock.wall();
  let requests = 0;
  const simulator = await startSimulator({
    now: () => birth + clock.elapsed(),
    autoApproveAfter: 10,
    seed,
    log() {
      requests += 1;
    },
  });
  for (const fault of FAULTS) simulator.faults.add({ call: "any", fault, probability: 0.02 });
  const directory = mkdtempSync(join(parent, "c2cd-life-"));
  const pending = new Pending();
  const vault = await openResilientVault({
    clock,
    open: async () =>
      pending.watch(await openVault({ directory, credentialsDirectory: null, scratch: directory, clock })),
  });
  const frameio = createFrameio({
    baseUrl: simulator.url,
    clientVersion: "1.0.0",
    scope: "asset_create offline",
    urlPairing: true,
    bodyEncoding: "multipart",
    verificationHosts: ["frame.io"],
    clientId: "LIFE-1",
    clientSecret: () => new Secret(simulator.secret),
    roots: [],
    proxy: null,
    clock,
  });
  let ends = 0;
  let refreshes = 0;
  const runner = new Runner({
    frameio: pending.watch(frameio),
    vault: pending.watch(vault),
    clock,
    random,
    clientId: "LIFE-1",
    settings: () => ({ start: "auto", window: 0 }),
    observe({ before, event, after }) {
      if (before.ended === null && after.ended !== null) ends += 1;
      if (event.type !== "refresh-answered" || event.outcome.kind === "fault") return;
      if (event.outcome.verdict.type === "refreshed") refreshes += 1;
    },
    storageFailed(error) {
      throw error;
    },
  });

  const writtenBefore = bytesToDisk();
  let offlineDays = 0;
  let clockJumps = 0;
  let onlineAt: number | null = null;
  let early: readonly [number, number] = [0, 0];
  await runner.boot();
  await pending.quiet();
  for (let day = 0; day < days; day++) {
    if (onlineAt === null && random() < 0.03) {
      await simulator.goOffline();
      onlineAt = clock.elapsed() + random() * 5 * DAY_MS;
      offlineDays += (onlineAt - clock.elapsed()) / DAY_MS;
    }
    if (random() < 0.05) {
      clockJumps += 1;
      clock.trusted = random() < 0.5;
      clock.setWall(clock.trusted ? birth + clock.elapsed() : random() * 2 * Date.UTC(2030, 0, 1));
      runner.dispatch({ type: "clock-changed" });
    }
    const midnight = clock.elapsed() + DAY_MS;
    while (clock.elapsed() < midnight) {
      const due = Math.min(clock.nextDue ?? midnight, midnight, onlineAt ?? midnight);
      await clock.advance(Math.max(0, due - clock.elapsed()));
      await pending.quiet();
      if (onlineAt !== null && clock.elapsed() >= onlineAt) {
        onlineAt = null;
        await simulator.goOnline();
        runner.dispatch({ type: "network-changed", up: true });
        await pending.quiet();
      }
    }
    if (day === Math.floor(days / 10)) early = [sizeOf(directory), heap()];
  }
  const report: LifeReport = {
    days,
    paired: runner.state.grant !== null,
    ends,
    refreshes,
    requests,
    bytesWritten: bytesToDisk() - writtenBefore,
    offlineDays,
    clockJumps,
    stateBytes: [early[0], sizeOf(directory)],
    heapMegabytes: globalThis.gc === undefined ? null : [early[1], heap()],
  };
  await runner.close();
  await vault.close();
  await frameio.close();
  await simulator.close();
  rmSync(directory, { recursive: true });
  return report;
}

/** proc(5): bytes that this process caused to be sent to the storage; the simulator writes none. */
function bytesToDisk(): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

function sizeOf(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}
