import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openDisplay } from "../../../hw/displays/open.ts";
import { TextConsole } from "../../../hw/linux/console.ts";
import { Sysfs } from "../../../hw/linux/sysfs.ts";
import { Board, displayOptions, openPixels } from "../displays/board.ts";
import { ideal, seenIn } from "../displays/decode.ts";
import { noise } from "../displays/pictures.ts";

const NO_OTHER_WAY = () => Promise.reject(new Error("not asked for"));

const FB = { width: 64, height: 32, bitsPerPixel: 32 };
const LAYOUT = { format: "XRGB8888", width: 64, height: 32, stride: 256 } as const;

/** A console driver as sysfs shows it: "(S)" is built in, "(M)" a module (drivers/tty/vt/vt.c, show_name). */
interface Driver {
  readonly name: string;
  readonly bound: boolean;
}

function withConsoles(board: Board, drivers: readonly Driver[]): void {
  drivers.forEach(({ name, bound }, index) => {
    board.write(`/sys/class/vtconsole/vtcon${index}/name`, `${name}\n`);
    board.write(`/sys/class/vtconsole/vtcon${index}/bind`, bound ? "1\n" : "0\n");
  });
}

const SCREEN = { name: "(M) frame buffer device", bound: true };
const BUILT_IN = { name: "(S) dummy device", bound: false };
const EVICTED = { name: "(M) dummy device", bound: false };

const bind = (board: Board, index: number) =>
  readFileSync(join(board.root, `sys/class/vtconsole/vtcon${index}/bind`), "utf8").trim();

/** Moves consoles between drivers as vt_bind and vt_unbind do (drivers/tty/vt/vt.c, Linux 6.1). */
class Kernel extends Sysfs {
  readonly writes: string[] = [];
  override async write(path: string, value: string): Promise<void> {
    this.writes.push(`${path} ${value}`);
    const written = /^(.*\/vtcon)(\d)\/bind$/.exec(path);
    if (written === null) return super.write(path, value);
    const [, base, index] = written;
    const all = [...this.list("/sys/class/vtconsole")].sort().map((entry) => entry.slice(5));
    const isModule = (one: string) => this.read(`${base}${one}/name`)?.startsWith("(M)") === true;
    const put = (one: string, to: string) => super.write(`${base}${one}/bind`, `${to}\n`);
    if (!isModule(index as string)) return;
    // A console is taken only from a built-in driver, and falls back on the first other one.
    const other = all.find((one) => one !== index && (value === "0" || !isModule(one)));
    if (other === undefined) return;
    await put(index as string, value);
    await put(other, value === "0" ? "1" : "0");
  }
}

test("the console is off the screen while pictures are on it, and back after", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  withConsoles(board, [BUILT_IN, SCREEN]);
  const { display, warnings } = await openDisplay(displayOptions({}), board.host());
  assert.deepEqual(warnings, []);
  assert.equal(bind(board, 1), "1", "not before there is a picture");
  assert.ok("show" in display && display.capabilities.surface === "pixels");
  await (display as Awaited<ReturnType<typeof openPixels>>).show(noise(64, 32));
  assert.equal(bind(board, 1), "0");
  assert.equal(readFileSync(join(board.root, "sys/class/graphics/fb0/blank"), "utf8"), "0", "awake");
  await display.clear();
  assert.equal(bind(board, 1), "1");
  await display.close();
  assert.equal(bind(board, 1), "1");
});

for (const [what, drivers] of [
  ["a built-in driver", [BUILT_IN, SCREEN]],
  ["a built-in driver with a higher number", [SCREEN, BUILT_IN]],
  ["a driver that took the built-in one's place", [SCREEN, EVICTED]],
  ["a driver that took the built-in one's place, with a lower number", [EVICTED, SCREEN]],
] as const)
  test(`the console comes back from ${what}`, async (t) => {
    const board = new Board(t);
    board.framebuffer(FB);
    withConsoles(board, drivers);
    const screen = drivers.indexOf(SCREEN as never);
    const kernel = new Kernel(board.root);
    const console = new TextConsole(kernel, "fb0", NO_OTHER_WAY);
    assert.equal(await console.takeOff(), false, "it was there");
    assert.equal(bind(board, screen), "0");
    assert.equal(await console.takeOff(), true, "it is off");
    await console.giveBack();
    assert.equal(bind(board, screen), "1");
  });

test("a kernel that keeps the console is reported, with what to do", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  withConsoles(board, [SCREEN]);
  const console = new TextConsole(new Kernel(board.root), "fb0", NO_OTHER_WAY);
  board.write("/sys/class/vtconsole/vtcon0/bind", "1\n");
  class Stubborn extends Sysfs {
    override async write(path: string, value: string): Promise<void> {
      if (value === "0") await super.write(path, value);
    }
  }
  await console.giveBack();
  const stubborn = new TextConsole(new Stubborn(board.root), "fb0", NO_OTHER_WAY);
  await stubborn.takeOff();
  await assert.rejects(stubborn.giveBack(), { name: "DisplayError", message: /did not come back/ });
});

test("a console that was off before stays off", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  withConsoles(board, [BUILT_IN, { ...SCREEN, bound: false }]);
  const display = await openPixels(displayOptions({}), board.host());
  await display.show(noise(64, 32));
  await display.close();
  assert.equal(bind(board, 1), "0");
});

test("a console that comes back by itself is taken off again and painted over", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer(FB);
  withConsoles(board, [BUILT_IN, SCREEN]);
  const display = await openPixels(displayOptions({}), board.host());
  const picture = noise(64, 32);
  await display.show(picture);
  withConsoles(board, [BUILT_IN, SCREEN]);
  board.write("/dev/fb0", Buffer.alloc(64 * 32 * 4));
  await display.show(picture);
  assert.equal(bind(board, 1), "0");
  assert.deepEqual(seenIn(readFileSync(memory), LAYOUT), ideal(picture));
});

test("a console on another screen is left alone", async (t) => {
  for (const [id, cmdline, detached] of [
    ["fb0", "root=/dev/mmcblk0p2", true],
    ["fb1", "root=/dev/mmcblk0p2", false],
    ["fb0", "console=tty1 fbcon=map:1", false],
    ["fb1", "console=tty1 fbcon=map:1", true],
    ["fb1", "fbcon=font:VGA8x8,map:10", true],
  ] as const) {
    const board = new Board(t);
    board.framebuffer({ ...FB, id });
    board.write("/proc/cmdline", `${cmdline}\n`);
    withConsoles(board, [BUILT_IN, SCREEN]);
    const display = await openPixels(displayOptions({}), board.host());
    await display.show(noise(64, 32));
    assert.equal(bind(board, 1), detached ? "0" : "1", `${id} with ${cmdline}`);
    assert.equal(
      readFileSync(join(board.root, `sys/class/graphics/${id}/blank`), "utf8"),
      "0",
      `${id} is woken`,
    );
  }
});

/** Root may write anything: what a service's user may not is made up. */
class ReadOnly extends Sysfs {
  override writable(): boolean {
    return false;
  }
  override async write(): Promise<void> {
    throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
  }
}

test("what c2cd may not write is said in one sentence, and all of the picture is painted each time", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  withConsoles(board, [BUILT_IN, SCREEN]);
  const console = new TextConsole(new ReadOnly(board.root), "fb0", NO_OTHER_WAY);
  assert.equal(
    console.hindrance,
    "The text console may draw over the picture: let c2cd write /sys/class/vtconsole/vtcon1/bind, or start Linux with fbcon=map:1 so that the console leaves this screen alone.",
  );
  assert.equal(await console.takeOff(), false);
  assert.equal(await console.takeOff(), false);
  await console.giveBack();
  assert.equal(bind(board, 1), "1");
});

test("a screen that sysfs may not wake is woken by another way, once until it is given back", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  board.write("/proc/cmdline", "fbcon=map:1");
  let woken = 0;
  const console = new TextConsole(new ReadOnly(board.root), "fb0", async () => {
    woken++;
    throw Object.assign(new Error("EINVAL"), { code: "EINVAL" });
  });
  assert.equal(console.hindrance, null);
  await console.takeOff();
  await console.takeOff();
  assert.equal(woken, 1);
  await console.giveBack();
  await console.takeOff();
  assert.equal(woken, 2);
});

test("a board without consoles or blanking has nothing to hinder", async (t) => {
  const board = new Board(t);
  const console = new TextConsole(new Sysfs(board.root), "fb0", NO_OTHER_WAY);
  assert.equal(console.hindrance, null);
  assert.equal(await console.takeOff(), true);
  await console.giveBack();
});

test("a console that takes the screen over after the picture is taken off again within two seconds", async (t) => {
  const board = new Board(t);
  const memory = board.framebuffer(FB);
  withConsoles(board, [BUILT_IN]);
  const display = await openPixels(displayOptions({}), board.host());
  const picture = noise(64, 32);
  await display.show(picture);
  // CONFIG_FRAMEBUFFER_CONSOLE_DEFERRED_TAKEOVER: the driver comes with the first line that is printed.
  withConsoles(board, [BUILT_IN, SCREEN]);
  board.write("/dev/fb0", Buffer.alloc(64 * 32 * 4));
  await board.clock.advance(2000);
  await display.show(picture);
  assert.equal(bind(board, 1), "0");
  assert.deepEqual(seenIn(readFileSync(memory), LAYOUT), ideal(picture));
  await display.clear();
  assert.equal(bind(board, 1), "1", "it is given back");
  assert.equal(board.clock.pending, 0, "and nobody looks any more");
});

test("a console that may not be taken off has drawn when another virtual terminal comes to the front", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  withConsoles(board, [BUILT_IN, SCREEN]);
  board.write("/sys/class/tty/tty0/active", "tty1\n");
  const console = new TextConsole(new ReadOnly(board.root), "fb0", NO_OTHER_WAY);
  await console.takeOff();
  assert.equal(console.hasDrawn(), false);
  board.write("/sys/class/tty/tty0/active", "tty2\n");
  assert.equal(console.hasDrawn(), true);
  await console.takeOff();
  assert.equal(console.hasDrawn(), false, "painted since");
});
