/** A device without a screen tells its state on an LED. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";

const AT = "/sys/class/leds/status";

test("an LED blinks while a code waits, is steady once paired, and is left as it was", async () => {
  const board = new Board({ framebuffer: null });
  const files = {
    trigger: "[none] timer mmc0",
    brightness: "0",
    max_brightness: "1",
    delay_on: "",
    delay_off: "",
  };
  for (const [name, value] of Object.entries(files)) board.write(`${AT}/${name}`, value);
  const read = (name: string) => readFileSync(`${board.root}${AT}/${name}`, "utf8");
  const rhythm = (on: string, off: string) => () =>
    read("delay_on") === on && read("delay_off") === off ? true : null;
  const simulator = await startSimulator({ interval: 1 });
  const daemon = new DaemonProcess(board, simulator, { "display.driver": "led", "display.device": "status" });
  try {
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    await eventually("the rhythm of a code", rhythm("500", "500"));
    assert.deepEqual([read("trigger"), read("brightness")], ["timer", "1"]);
    simulator.approve();
    const { display } = await daemon.until("green", ({ light }) => light === "green");
    await eventually("steady light", rhythm("1000", "0"));
    assert.deepEqual([display.driver, display.device, display.width], ["led", AT, null]);
    assert.equal((await daemon.end()).status, 0);
    assert.deepEqual([read("trigger"), read("brightness")], ["none", "0"]);
  } finally {
    await daemon.end("SIGKILL");
    await simulator.close();
    board.remove();
  }
});
