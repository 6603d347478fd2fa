/** The light on an LED, as the kernel's files tell it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { LightDisplay, Signal } from "../../../hw/displays/contract/display.ts";
import { openDisplay } from "../../../hw/displays/open.ts";
import { DisplayError } from "../../../hw/linux/errors.ts";
import { Board, displayOptions } from "./board.ts";

const AT = "/sys/class/leds/status";
const TRIGGERS = "none kbd-capslock timer heartbeat mmc0";

/** An LED of the kernel's. What a trigger brings with it is there once `hear` was called, as with udev. */
class Lamp {
  readonly board: Board;

  constructor(t: TestContext, trigger = "none", more: Readonly<Record<string, string>> = {}) {
    this.board = new Board(t);
    const files = { brightness: "37", max_brightness: "255", trigger: listOf(trigger), ...more };
    for (const [name, value] of Object.entries(files)) this.board.write(`${AT}/${name}`, `${value}\n`);
  }

  read(attribute: string): string {
    return readFileSync(join(this.board.root, AT, attribute), "utf8").trim();
  }

  /** Milliseconds on and off. */
  rhythm(): readonly [string, string] {
    return [this.read("delay_on"), this.read("delay_off")];
  }

  /** Resolves when the driver waits for the files of its trigger, or does not. */
  async awaited(shown: Promise<void>): Promise<void> {
    let over = false;
    const end = () => {
      over = true;
    };
    shown.then(end, end);
    while (this.board.clock.pending === 0 && !over) await new Promise((resolve) => setImmediate(resolve));
  }

  /** The kernel and udev: the files of the trigger that was written. */
  hear(): void {
    assert.equal(this.read("trigger"), "timer");
    for (const file of ["delay_on", "delay_off"]) this.board.write(`${AT}/${file}`, "500\n");
  }

  async open(changes: object = {}): Promise<LightDisplay> {
    const options = displayOptions({ driver: "led", device: "status", ...changes });
    const { display } = await openDisplay(options, this.board.host());
    assert.equal(display.capabilities.surface, "light");
    return display as LightDisplay;
  }
}

function listOf(trigger: string): string {
  return TRIGGERS.replace(trigger, `[${trigger}]`);
}

async function show(lamp: Lamp, display: LightDisplay, signal: Signal): Promise<void> {
  const shown = display.show(signal);
  await lamp.awaited(shown);
  lamp.hear();
  await lamp.board.clock.advance(50);
  await shown;
}

test("each light has a rhythm of its own, which the kernel keeps; green is steady", async (t) => {
  const lamp = new Lamp(t);
  const display = await lamp.open();
  await show(lamp, display, "blue");
  const seen = new Map([["blue", lamp.rhythm().join()]]);
  for (const signal of ["amber", "red", "green"] as const) {
    await display.show(signal);
    seen.set(signal, lamp.rhythm().join());
  }
  assert.deepEqual(Object.fromEntries(seen), {
    blue: "500,500",
    amber: "100,1900",
    red: "200,200",
    green: "1000,0",
  });
  assert.equal(lamp.board.clock.pending, 0, "nothing wakes up");
  await display.close();
});

test("what is shown already is not written again", async (t) => {
  const lamp = new Lamp(t);
  const display = await lamp.open();
  await show(lamp, display, "red");
  lamp.board.write(`${AT}/delay_off`, "as it was");
  await display.show("red");
  assert.equal(lamp.read("delay_off"), "as it was");
  await display.close();
});

for (const trigger of ["none", "mmc0"])
  test(`it is left as it was found: ${trigger}`, async (t) => {
    const lamp = new Lamp(t, trigger);
    const display = await lamp.open({ device: AT, brightness: 50 });
    await show(lamp, display, "green");
    assert.deepEqual([lamp.read("trigger"), lamp.read("brightness")], ["timer", "128"]);
    await display.close();
    assert.equal(lamp.read("trigger"), trigger);
    if (trigger === "none") assert.equal(lamp.read("brightness"), "37");
    await display.close();
  });

test("one that blinked goes on as it did", async (t) => {
  const lamp = new Lamp(t, "timer", { delay_on: "70", delay_off: "930" });
  const display = await lamp.open();
  await display.show("red");
  assert.deepEqual(lamp.rhythm(), ["200", "200"]);
  await display.clear();
  assert.deepEqual(lamp.rhythm(), ["70", "930"]);
  await display.close();
});

for (const [index, intensities] of [
  ["red green blue", { green: "0 255 0", blue: "0 0 255", amber: "255 153 0", red: "255 0 0" }],
  ["green red", { green: "255 0", blue: "255 255", amber: "153 255", red: "0 255" }],
] as const)
  test(`one of several colours has that of the light: ${index}`, async (t) => {
    const before = index.split(" ").fill("9").join(" ");
    const lamp = new Lamp(t, "none", { multi_index: index, multi_intensity: before });
    const display = await lamp.open();
    await show(lamp, display, "green");
    assert.equal(lamp.read("multi_intensity"), intensities.green);
    for (const signal of ["blue", "amber", "red"] as const) {
      await display.show(signal);
      assert.equal(lamp.read("multi_intensity"), intensities[signal]);
    }
    await display.close();
    assert.equal(lamp.read("multi_intensity"), before);
  });

test("an LED that is not there, can't blink or may not be written says so", async (t) => {
  const lamp = new Lamp(t);
  for (const device of ["", "power", "../status", "/dev/led0"])
    await assert.rejects(lamp.open({ device }), (error) => {
      assert.ok(error instanceof DisplayError);
      assert.match(error.message, /set display\.device to one of status\.$/);
      return true;
    });
  lamp.board.write(`${AT}/trigger`, "[none] mmc0\n");
  const dull = await lamp.open();
  await assert.rejects(dull.show("blue"), /can't blink: .*modprobe ledtrig-timer/);
  await dull.close();
  assert.equal(lamp.read("brightness"), "37");
  lamp.board.write(`${AT}/trigger`, listOf("none"));
  const silent = await lamp.open();
  const shown = assert.rejects(silent.show("blue"), /status\/delay_on is not there/);
  await lamp.awaited(shown);
  await lamp.board.clock.advance(5_000);
  await shown;
  await silent.close();
  assert.deepEqual([lamp.read("trigger"), lamp.read("brightness")], ["none", "37"]);
});
