import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { readQr } from "./pixels.ts";
import { grantWindow, operations, traced } from "./trace.ts";

/** After this, a slow disk keeps the next picture waiting no longer. */
const SETTLING_MS = 2_000;

/** What came out between the answer that paired the device and the sync of its tokens. */
async function beforeDurable(): Promise<{
  /** Of the screen. */
  readonly part: number;
  readonly lines: number;
  readonly took: number;
}> {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board();
  const daemon = new DaemonProcess(board, simulator, {}, { environment: traced(board) });
  try {
    await eventually("a QR code", () => readQr(board));
    const code = operations(board).length;
    simulator.approve();
    await daemon.until("paired", ({ state }) => state === "paired");
    const all = grantWindow(operations(board), code) ?? assert.fail("no sync of the database");
    const bytes = all.reduce((sum, { path, bytes }) => (path === "/dev/fb0" ? sum + bytes : sum), 0);
    return {
      part: bytes / board.memory().length,
      lines: all.filter(({ path }) => path === "stdout").length,
      took: (all.at(-1)?.at ?? 0) - (all[0]?.at ?? 0),
    };
  } finally {
    await daemon.end();
    await simulator.close();
    board.remove();
  }
}

describe("tokens", {
  skip: spawnSync("gcc", ["--version"]).error === undefined ? false : "gcc is not installed",
}, () => {
  test("are on the disk before a line of the log or a picture tells of them", async (t) => {
    for (;;) {
      const { part, lines, took } = await beforeDurable();
      t.diagnostic(`durable ${took.toFixed(1)} ms after the answer`);
      // A machine as busy as that says nothing.
      if (took >= SETTLING_MS) continue;
      assert.equal(lines, 0, "the log came first");
      // What was under way when the answer came, of a second of the countdown, has less.
      assert.ok(part < 0.01, `${(100 * part).toFixed(1)} % of the screen came first`);
      return;
    }
  });

  test("that a dead card keeps waiting leave no used code on the screen, and no promise of a pairing", async () => {
    const simulator = await startSimulator({ interval: 1 });
    const board = new Board();
    const library = `${board.root}/stall.so`;
    const source = fileURLToPath(new URL("stall.c", import.meta.url));
    assert.equal(spawnSync("gcc", ["-shared", "-fPIC", "-o", library, source]).status, 0);
    const daemon = new DaemonProcess(
      board,
      simulator,
      {},
      { environment: { LD_PRELOAD: library, STALL_WHILE: `${board.root}/stall-while` } },
    );
    try {
      await eventually("a QR code", () => readQr(board));
      board.write("/stall-while", `${board.root}/var/lib/c2cd`);
      simulator.approve();
      await eventually("a screen without the code", () => (readQr(board) === null ? true : null));
      assert.equal((await daemon.snapshot()).state, "confirming");
      assert.doesNotMatch(daemon.output, /-> paired/);
    } finally {
      await daemon.end("SIGKILL");
      await simulator.close();
      board.remove();
    }
  });
});
