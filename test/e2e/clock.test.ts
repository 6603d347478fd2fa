import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import type { Call } from "../simulator/calls.ts";
import { createAuthority } from "../simulator/certificates.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { FakeUptime, withUptime } from "./fake-uptime.ts";

/** Debian's package faketime: gives one process a wall clock of its own, which a file sets while it runs. */
const LIBRARY = `/usr/lib/${arch() === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/faketime/libfaketimeMT.so.1`;
const skip = existsSync(LIBRARY) ? false : "the Debian package faketime is not installed";

const YEAR_S = 31_557_600;

class FakeTime {
  readonly #file: string;
  readonly environment: Readonly<Record<string, string>>;

  constructor(board: Board, setting: string) {
    this.#file = `${board.root}/faketimerc`;
    this.set(setting);
    this.environment = {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: "1",
      DONT_FAKE_MONOTONIC: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      FAKE_STAT: "0",
      NO_FAKE_STAT: "1",
    };
  }

  /** As in faketime(1): "@1970-01-01 00:00:30" starts there and runs on, "+30y" is an offset. */
  set(setting: string): void {
    writeFileSync(this.#file, `${setting}\n`);
  }
}

const home = mkdtempSync(join(tmpdir(), "c2cd-clock-"));
after(() => rmSync(home, { recursive: true }));
const authority = createAuthority(home);
const DAY_MS = 86_400_000;
const tls = authority.issue({
  hosts: ["127.0.0.1"],
  from: new Date(Date.now() - 30 * DAY_MS),
  to: new Date(Date.now() + 90 * DAY_MS),
});

interface Stage {
  readonly simulator: Simulator;
  readonly board: Board;
  readonly time: FakeTime;
  /** Starts a daemon by that clock, by that program if one is given; the one before must have ended. */
  start(wrapper?: readonly string[]): DaemonProcess;
  asked(call: Call): number;
}

/** Seconds: much longer than a test on a busy machine, much shorter than the jumps. */
const CODE_LIFE_S = 1_800;

/** A board by that clock, and a Frame.io whose certificate is good for some months around the real time. */
async function onStage(setting: string, run: (stage: Stage) => Promise<void>): Promise<void> {
  const board = new Board();
  const simulator = await startSimulator({ interval: 1, codeLife: CODE_LIFE_S, tls });
  const time = new FakeTime(board, setting);
  const started: DaemonProcess[] = [];
  try {
    await run({
      simulator,
      board,
      time,
      start(wrapper = []) {
        const settings = { "frameio.ca_file": authority.certFile };
        const { environment } = time;
        const daemon = new DaemonProcess(board, simulator, settings, { environment, wrapper });
        started.push(daemon);
        return daemon;
      },
      asked: (call) => simulator.requests().filter((request) => request.call === call).length,
    });
  } finally {
    await Promise.all(started.map((daemon) => daemon.end("SIGKILL")));
    await simulator.close();
    board.remove();
  }
}

async function pair(stage: Stage, daemon: DaemonProcess): Promise<void> {
  await daemon.until("a code", ({ pairing }) => pairing !== null);
  stage.simulator.approve();
  await daemon.until("paired", ({ state }) => state === "paired");
}

/** Ends the connections, so that the certificate has to be believed anew. */
async function cutConnections({ simulator }: Stage): Promise<void> {
  await simulator.goOffline();
  await simulator.goOnline();
}

const clockIsWrong = ({ health }: Snapshot) => health.some(({ code }) => code === "clock-wrong");

describe("a boot in 1970", { skip, concurrency: 2 }, () => {
  test("without a pairing waits for the clock, says so, and goes on when it is set", () =>
    onStage("@1970-01-01 00:00:30", async ({ time, start }) => {
      const daemon = start();
      const early = await daemon.until("waiting for the clock", ({ state }) => state === "waiting-for-clock");
      assert.equal(early.pairing, null);
      const told = await daemon.until("a word about it", clockIsWrong);
      assert.match(told.wrong_time ?? "", /^1970-01-01T00:\d\d:00\.000Z$/, "what time it believes it is");
      time.set("+0");
      const { wrong_time } = await daemon.until("a code", ({ pairing }) => pairing !== null);
      assert.equal(wrong_time, null);
    }));

  test("with a pairing stays paired, and refreshes it once when the clock is set", () =>
    onStage("+0", async (stage) => {
      const { time, start, asked } = stage;
      const first = start();
      await pair(stage, first);
      await first.end();
      time.set("@1970-01-01 00:00:30");
      const daemon = start();
      const early = await daemon.until("a word about the clock", clockIsWrong);
      assert.equal(early.state, "paired");
      assert.equal(early.authorization?.access_expires_in, null, "no clock can tell");
      assert.equal(asked("refresh"), 0);
      time.set("+0");
      const { state, authorization } = await daemon.until("all well", ({ health }) => health.length === 0);
      assert.equal(state, "paired");
      assert.ok((authorization?.access_expires_in ?? 0) > 28_000);
      assert.equal(asked("refresh"), 1);
    }));
});

describe("a clock that is set", { skip, concurrency: 2 }, () => {
  for (const [name, jump] of [
    ["30 years ahead", 30 * YEAR_S],
    ["30 years back", -30 * YEAR_S],
    ["an hour ahead", 3_600],
  ] as const) {
    const spoilsCertificates = Math.abs(jump) >= YEAR_S;
    const setting = `${jump < 0 ? "" : "+"}${jump}`;

    test(`${name} while awaiting the user keeps the code and moves no poll`, () =>
      onStage("+0", async (stage) => {
        const { simulator, time, start, asked } = stage;
        const daemon = start();
        const { pairing } = await daemon.until("a code", (snapshot) => snapshot.pairing !== null);
        time.set(setting);
        const before = asked("poll");
        // On a busy machine the connection may not outlive the time between two polls, and the next one is refused.
        await eventually("two polls, or a word about the clock", async () =>
          asked("poll") >= before + 2 || clockIsWrong(await daemon.snapshot()) ? true : null,
        );
        const still = await daemon.snapshot();
        assert.equal(still.pairing?.user_code, pairing?.user_code, "the same code");
        const left = still.pairing?.expires_in ?? 0;
        assert.ok(left > 0 && left <= CODE_LIFE_S, `its life did not jump: ${left} s`);
        const times = simulator
          .requests()
          .filter(({ call }) => call === "poll")
          .map(({ at }) => at);
        const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
        assert.ok(Math.min(...gaps) >= 1_000, `polls ${gaps.map(Math.round).join(", ")} ms apart`);

        await cutConnections(stage);
        if (spoilsCertificates) {
          const waiting = await daemon.until("a word about the clock", clockIsWrong);
          assert.equal(waiting.pairing?.user_code, pairing?.user_code, "the code stays on the screen");
          time.set("+0");
        }
        simulator.approve();
        await daemon.until("paired", ({ state, health }) => state === "paired" && health.length === 0);
      }));

    test(`${name} while paired refreshes nothing, and the token lives as long as before`, () =>
      onStage("+0", async (stage) => {
        const { simulator, time, start, asked } = stage;
        const daemon = start();
        await pair(stage, daemon);
        time.set(setting);
        await eventually("the jump in the log", () =>
          /the clock was set by -?\d+ s and cannot be believed/.test(daemon.output) ? true : null,
        );
        const { state, authorization } = await daemon.snapshot();
        assert.equal(state, "paired");
        const left = authorization?.access_expires_in ?? 0;
        assert.ok(left > 28_000 && left <= 28_800, `${left} s`);
        assert.equal((await daemon.ask("GET", "/v1/token")).status, 200);
        assert.equal(asked("refresh"), 0);

        await cutConnections(stage);
        const access_token = await daemon.accessToken();
        await daemon.ask("POST", "/v1/token/refused", { access_token });
        if (spoilsCertificates) {
          await daemon.until("a word about the clock", clockIsWrong);
          assert.equal(asked("refresh"), 0);
          const refreshed = simulator.nextRequest(({ call }) => call === "refresh");
          time.set("+0");
          await refreshed;
        }
        await daemon.until("all well", (now) => now.health.length === 0 && asked("refresh") === 1);
        assert.equal((await daemon.snapshot()).state, "paired");
      }));

    test(`${name} during a refresh makes it neither twice nor in vain`, () =>
      onStage("+0", async (stage) => {
        const { simulator, time, start, asked } = stage;
        const daemon = start();
        await pair(stage, daemon);
        simulator.faults.add({
          call: "refresh",
          fault: { type: "latency", ms: 4_000, commit: true },
          count: 1,
        });
        const access_token = await daemon.accessToken();
        const answered = simulator.nextRequest(({ call }) => call === "refresh");
        await daemon.ask("POST", "/v1/token/refused", { access_token });
        await eventually("the refresh at Frame.io", () => simulator.faults.list()[0]?.hit || null);
        time.set(setting);
        await answered;
        await eventually("another token", async () => {
          const { status, body } = await daemon.ask("GET", "/v1/token");
          return status === 200 && !body.includes(access_token) ? true : null;
        });
        time.set("+0");
        await daemon.until("all well", ({ state, health }) => state === "paired" && health.length === 0);
        assert.equal(asked("refresh"), 1);
      }));
  }
});

describe("a suspend", {
  skip: process.getuid?.() === 0 ? skip : "needs root to stand in for /proc/uptime",
}, () => {
  test("of hours shows no dead code and refreshes once, within seconds of its end", (t) =>
    onStage("+0", async (stage) => {
      const { simulator, board, time, start } = stage;
      const sleep = new FakeUptime(board);
      t.after(() => sleep.stop());
      const daemon = start(withUptime(sleep.file));
      const { pairing } = await daemon.until("a code", (snapshot) => snapshot.pairing !== null);
      const awake = (hours: number) => {
        sleep.suspend(hours * 3_600);
        time.set(`+${hours * 3_600}`);
        return performance.now();
      };
      const first = awake(1);
      await daemon.until("another code", (now) => (now.pairing?.user_code ?? "") !== pairing?.user_code);
      const fresh = performance.now() - first;

      await pair(stage, daemon);
      const refreshed = simulator.nextRequest(({ call }) => call === "refresh");
      const second = awake(9);
      await refreshed;
      t.diagnostic(
        `a dead code was gone after ${Math.round(fresh)} ms, a refresh made after ${Math.round(performance.now() - second)} ms`,
      );
      await daemon.until("all well", ({ state, health }) => state === "paired" && health.length === 0);
      assert.equal(stage.asked("refresh"), 1);
    }));
});
