/** What becomes of a pairing when the storage is in trouble: the real daemon on real file systems. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { describe, type TestContext, test } from "node:test";
import { cannotMount, mountTmpfs, remount } from "../daemon/vault/mounts.ts";
import { defer } from "../daemon/vault/support.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

interface Stage {
  readonly simulator: Simulator;
  readonly board: Board;
  /** The state directory. */
  readonly directory: string;
  start(environment?: Readonly<Record<string, string>>): DaemonProcess;
}

async function stage(t: TestContext, options: SimulatorOptions = {}): Promise<Stage> {
  const simulator = await startSimulator({ interval: 1, ...options });
  defer(t, () => simulator.close());
  const board = new Board();
  defer(t, () => board.remove());
  return {
    simulator,
    board,
    directory: `${board.root}/var/lib/c2cd`,
    start(environment = {}) {
      const daemon = new DaemonProcess(board, simulator, { "display.paired_for": "0" }, { environment });
      defer(t, () => daemon.end("SIGKILL"));
      return daemon;
    },
  };
}

async function pair({ simulator }: Stage, daemon: DaemonProcess): Promise<void> {
  await daemon.until("a code", ({ pairing }) => pairing !== null);
  simulator.approve();
  await daemon.until("paired", ({ state }) => state === "paired");
}

const noMount = cannotMount();

describe("a second daemon on the same state", () => {
  /** Ends a second daemon while the first one's picture stands still, and returns what it said. */
  async function second({ board, start }: Stage): Promise<string> {
    const still = () => ({ at: statSync(`${board.root}/dev/fb0`).mtimeMs, bytes: board.memory() });
    const before = await eventually("a picture that stands still", async () => {
      const first = still();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return first.at === still().at ? first : null;
    });
    assert.ok(
      before.bytes.some((byte) => byte > 0),
      "there is a picture",
    );
    const daemon = start();
    await eventually("its end", () => (daemon.child.exitCode === null ? null : true));
    assert.equal(daemon.child.exitCode, 75, daemon.output);
    const after = still();
    assert.ok(after.bytes.equals(before.bytes), "another picture");
    assert.equal(after.at, before.at, "the screen was written to");
    return daemon.output;
  }

  test("says so, ends with 75, and the first one's picture does not blink", async (t) => {
    const here = await stage(t);
    await pair(here, here.start());
    assert.match(await second(here), /Another c2cd is running: it holds .*\/var\/lib\/c2cd\./);
  });

  test("does so on a card that nobody can write as well", { skip: noMount }, async (t) => {
    const here = await stage(t);
    mountTmpfs(t, here.directory, "1m");
    const first = here.start();
    await pair(here, first);
    await first.end();
    remount(here.directory, "ro");
    await here.start().until("paired, from what was stored", ({ state }) => state === "paired");
    assert.match(await second(here), /Another c2cd is running: it holds .*\/run\/c2cd\./);
  });
});
