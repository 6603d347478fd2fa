/** `c2cctl demo` by its route, on the framebuffer of a real daemon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

test("a demonstration comes and goes on the panel, and a real code takes its place", async () => {
  const simulator = await startSimulator({ interval: 1 });
  const board = new Board();
  const daemon = new DaemonProcess(board, simulator, { "pairing.start": "manual" });
  const demo = (name: string) => daemon.ask("POST", `/v1/demo?screen=${name}`);
  try {
    await daemon.until("rest", ({ state }) => state === "idle");
    const resting = await eventually("its picture", () => {
      const memory = board.memory();
      return memory.some((byte) => byte !== 0) ? memory : null;
    });
    const { screens } = JSON.parse((await daemon.ask("GET", "/v1/demo")).body);
    assert.ok(screens.includes("paired"));
    const before = await daemon.snapshot();
    assert.equal((await demo("paired")).status, 204);
    const shown = board.memory();
    assert.ok(!shown.equals(resting), "nothing was shown");
    const { uptime: _, ...during } = await daemon.snapshot();
    assert.deepEqual({ ...during, uptime: before.uptime }, before);
    // The screen at rest tells the machine's addresses, which may change meanwhile.
    const over = () => (board.memory().equals(shown) ? null : true);
    await eventually("what is true", over);

    assert.equal((await demo("paired")).status, 204);
    await daemon.ask("POST", "/v1/pair");
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    assert.equal((await demo("idle")).status, 409);
    await daemon.ask("POST", "/v1/cancel");
    await daemon.until("rest again", ({ state }) => state === "idle");
    assert.ok(over(), "a demonstration came back");
  } finally {
    await daemon.end("SIGKILL");
    await simulator.close();
    board.remove();
  }
});
