import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findBacklight } from "../../../hw/linux/backlight.ts";
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
  const backlight = findBacklight(new Sysfs(board.root), "/sys/class/graphics/fb0/device");
  assert.ok(backlight);
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

test("of several backlights the one on the display's own device is taken, else none", (t) => {
  const board = new Board(t);
  board.framebuffer({ ...FB, bus: "spi" });
  light(board, "acpi_video0", 1);
  light(board, "panel", 1);
  const sysfs = new Sysfs(board.root);
  assert.equal(findBacklight(sysfs, "/sys/class/graphics/fb0/device"), null);
  symlinkSync("../../graphics/fb0/device", join(board.root, "sys/class/backlight/panel/device"));
  assert.equal(findBacklight(sysfs, "/sys/class/graphics/fb0/device")?.name, "panel");
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
  const backlight = findBacklight(new ReadOnly(board.root), "/sys/class/graphics/fb0/device");
  assert.equal(
    backlight?.hindrance,
    "The backlight can't be switched: let c2cd write /sys/class/backlight/panel/bl_power.",
  );
  await backlight?.set(50);
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
  const backlight = findBacklight(new Silent(board.root), "/sys/class/graphics/fb0/device");
  await backlight?.set(50);
  await backlight?.restore();
  assert.equal(value(board, "panel", "brightness"), "10");
});
