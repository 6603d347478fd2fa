import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Backlight, Light } from "../../../hw/linux/backlight.ts";
import { Sysfs } from "../../../hw/linux/sysfs.ts";
import { Board, displayOptions, openPixels } from "../displays/board.ts";
import { noise } from "../displays/pictures.ts";

const FB = { width: 64, height: 32, bitsPerPixel: 32 };

function light(board: Board, name: string, brightness: number, power = "0"): void {
  board.write(`/sys/class/backlight/${name}/max_brightness`, "255\n");
  board.write(`/sys/class/backlight/${name}/brightness`, `${brightness}\n`);
  board.write(`/sys/class/backlight/${name}/bl_power`, `${power}\n`);
}

const value = (board: Board, name: string, attribute: string) =>
  new Sysfs(board.root).read(`/sys/class/backlight/${name}/${attribute}`);

test("brightness is percent of full, and 0 is off", async (t) => {
  const board = new Board(t);
  light(board, "10-0045", 128);
  const backlight = new Backlight(new Sysfs(board.root), "10-0045");
  assert.equal(backlight.percent, 50);
  await backlight.set(100);
  assert.equal(value(board, "10-0045", "brightness"), "255");
  await backlight.set(0.1);
  assert.equal(value(board, "10-0045", "brightness"), "1", "the least that is light");
  await backlight.set(0);
  assert.equal(value(board, "10-0045", "bl_power"), "4");
  assert.equal(backlight.percent, 0);
  await backlight.restore();
  assert.deepEqual(
    [value(board, "10-0045", "bl_power"), value(board, "10-0045", "brightness")],
    ["0", "128"],
  );
});

test("a display lights its backlight while it shows something, and leaves it as it was", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  light(board, "panel", 0, "4");
  const display = await openPixels(displayOptions({ brightness: 40 }), board.host());
  await display.show(noise(64, 32));
  assert.deepEqual([value(board, "panel", "bl_power"), value(board, "panel", "brightness")], ["0", "102"]);
  await display.setBrightness?.(20);
  assert.equal(value(board, "panel", "brightness"), "51");
  await display.clear();
  assert.deepEqual([value(board, "panel", "bl_power"), value(board, "panel", "brightness")], ["4", "0"]);
});

test("at full brightness a light that is on stays as the system set it", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  light(board, "panel", 90);
  const display = await openPixels(displayOptions({}), board.host());
  await display.show(noise(64, 32));
  assert.equal(value(board, "panel", "brightness"), "90");
});

test("of several backlights the one on the display's own device is taken", async (t) => {
  const board = new Board(t);
  board.framebuffer({ ...FB, bus: "spi" });
  light(board, "acpi_video0", 0, "4");
  light(board, "panel", 0, "4");
  symlinkSync("../../graphics/fb0/device", join(board.root, "sys/class/backlight/panel/device"));
  const display = await openPixels(displayOptions({ brightness: 40 }), board.host());
  await display.show(noise(64, 32));
  assert.equal(value(board, "panel", "brightness"), "102");
  assert.equal(value(board, "acpi_video0", "bl_power"), "4", "another's");
});

test("of several that may all be the display's, those that are off are switched on, and off again", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  light(board, "10-0045", 0, "4");
  light(board, "11-0045", 0, "4");
  light(board, "keyboard", 90);
  const display = await openPixels(displayOptions({ brightness: 40 }), board.host());
  await display.show(noise(64, 32));
  const now = () =>
    ["10-0045", "11-0045", "keyboard"].map((name) => [
      value(board, name, "bl_power"),
      value(board, name, "brightness"),
    ]);
  assert.deepEqual(now(), [
    ["0", "102"],
    ["0", "102"],
    ["0", "90"],
  ]);
  assert.equal(display.setBrightness, undefined, "which one to dim is not known");
  await display.close();
  assert.deepEqual(now(), [
    ["4", "0"],
    ["4", "0"],
    ["0", "90"],
  ]);
});

test("of several, one that is off and may not be written is told, and one that is on is not", (t) => {
  const board = new Board(t);
  light(board, "off", 0, "4");
  light(board, "on", 90);
  class ReadOnly extends Sysfs {
    override writable(): boolean {
      return false;
    }
  }
  const lamp = new Light(new ReadOnly(board.root), "/sys/class/graphics/fb0/device", 100);
  assert.deepEqual(lamp.hindrances, [
    "The backlight can't be switched: let c2cd write /sys/class/backlight/off/bl_power.",
  ]);
});

test("a backlight that may not be written is said, and no reason to show nothing", async (t) => {
  const board = new Board(t);
  light(board, "panel", 10);
  class ReadOnly extends Sysfs {
    override writable(): boolean {
      return false;
    }
    override async write(): Promise<void> {
      throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    }
  }
  const lamp = new Light(new ReadOnly(board.root), "/sys/class/graphics/fb0/device", 50);
  assert.deepEqual(lamp.hindrances, [
    "The backlight can't be switched: let c2cd write /sys/class/backlight/panel/bl_power.",
  ]);
  await lamp.switchOn();
  assert.equal(value(board, "panel", "brightness"), "10");
});

test("a backlight whose chip does not answer is no reason to show nothing", async (t) => {
  const board = new Board(t);
  light(board, "panel", 10);
  class Silent extends Sysfs {
    override async write(): Promise<void> {
      throw Object.assign(new Error("EREMOTEIO: remote I/O error"), { code: "EREMOTEIO" });
    }
  }
  const lamp = new Light(new Silent(board.root), "/sys/class/graphics/fb0/device", 50);
  await lamp.switchOn();
  await lamp.giveBack();
  assert.equal(value(board, "panel", "brightness"), "10");
});
