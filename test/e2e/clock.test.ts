import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { arch } from "node:os";
import { describe, test } from "node:test";
import { createAuthority } from "../simulator/certificates.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess } from "./daemon-process.ts";

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

describe("wrong clocks", { skip }, () => {
  test("a boot in 1970 waits for the clock, says so, and goes on when it is set", async () => {
    const board = new Board();
    const authority = createAuthority(`${board.root}/ca`);
    const tls = authority.issue({ hosts: ["127.0.0.1"], from: new Date(Date.now() - 86_400_000) });
    const simulator = await startSimulator({ interval: 1, tls });
    const time = new FakeTime(board, "@1970-01-01 00:00:30");
    const daemon = new DaemonProcess(
      board,
      simulator,
      { "frameio.ca_file": authority.certFile },
      { environment: time.environment },
    );
    try {
      const early = await daemon.until("waiting for the clock", ({ state }) => state === "waiting-for-clock");
      assert.equal(early.pairing, null);
      time.set("+0");
      await daemon.until("a code", ({ pairing }) => pairing !== null);
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
    }
  });

  for (const jump of [30 * YEAR_S, -30 * YEAR_S, 3_600])
    test(`a step of ${jump} s moves no timer: not while awaiting the user, not while paired, not in a refresh`, async () => {
      const board = new Board();
      const simulator = await startSimulator({ interval: 1 });
      const time = new FakeTime(board, "+0");
      const daemon = new DaemonProcess(board, simulator, {}, { environment: time.environment });
      const polls = () => simulator.requests().filter(({ call }) => call === "poll");
      try {
        const { pairing } = await daemon.until("a code", (snapshot) => snapshot.pairing !== null);
        time.set(`${jump < 0 ? "" : "+"}${jump}`);
        await simulator.nextRequest(({ call }) => call === "poll");
        await simulator.nextRequest(({ call }) => call === "poll");
        const still = await daemon.snapshot();
        assert.equal(still.pairing?.user_code, pairing?.user_code, "the same code");
        assert.ok((still.pairing?.expires_in ?? 0) > 100, "its life did not jump");
        const gaps = polls()
          .slice(1)
          .map(({ at }, index) => at - (polls()[index]?.at ?? 0));
        assert.ok(Math.min(...gaps) >= 1_000, `polls ${gaps.map(Math.round).join(", ")} ms apart`);

        simulator.approve();
        await daemon.until("paired", ({ state }) => state === "paired");
        simulator.faults.add({ call: "refresh", fault: { type: "latency", ms: 1_000 }, count: 1 });
        const { access_token } = JSON.parse((await daemon.ask("GET", "/v1/token")).body) as {
          access_token: string;
        };
        const underWay = simulator.nextRequest(({ call }) => call === "refresh");
        await daemon.ask("POST", "/v1/token/refused", { access_token });
        time.set("+0");
        await underWay;
        await simulator.nextRequest(({ call }) => call === "me");
        assert.equal((await daemon.snapshot()).state, "paired");
        assert.equal(
          simulator.requests().filter(({ call }) => call === "refresh").length,
          1,
          "one refresh, no more",
        );
      } finally {
        await daemon.end();
        await simulator.close();
        board.remove();
      }
    });
});
