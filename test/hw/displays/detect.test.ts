import assert from "node:assert/strict";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { watchDisplays } from "../../../hw/displays/detect.ts";
import { openDisplay } from "../../../hw/displays/open.ts";
import { Board, displayOptions, Transcript } from "./board.ts";

const FB = { width: 320, height: 240, bitsPerPixel: 16 };

test("auto takes a framebuffer, else the terminal, else nothing, and says why", async (t) => {
  const board = new Board(t);
  const tty = new Transcript({ columns: 80, rows: 24 });
  const none = await openDisplay(displayOptions({}), board.host());
  assert.equal(none.display.capabilities.driver, "none");
  assert.equal(
    none.reason,
    "Took no display, since there is no framebuffer: the status page shows the code. A display that arrives later is taken.",
  );
  const terminal = await openDisplay(displayOptions({}), board.host(tty));
  assert.equal(terminal.display.capabilities.driver, "terminal");
  assert.equal(terminal.reason, "Took the terminal that c2cd runs in: there is no framebuffer.");
  board.framebuffer({ ...FB, id: "fb1", name: "fb_ili9341", bus: "spi" });
  const framebuffer = await openDisplay(displayOptions({}), board.host(tty));
  assert.equal(framebuffer.display.capabilities.driver, "framebuffer");
  assert.equal(framebuffer.reason, "Took /dev/fb1 (fb_ili9341, 320x240): the device's own panel.");
});

test("auto goes on to the next display where one can't be opened, and warns", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  rmSync(join(board.root, "dev/fb0"));
  const tty = new Transcript({ columns: 80, rows: 24 });
  const { display, reason, warnings } = await openDisplay(displayOptions({}), board.host(tty));
  assert.equal(display.capabilities.driver, "terminal");
  assert.deepEqual(warnings, [
    "/dev/fb0 is not there: check the cable, and that the boot configuration enables it.",
  ]);
  assert.equal(reason, "Took the terminal that c2cd runs in: no framebuffer can be used.");
});

test("auto with a display that can't be opened, and no other, is a missing display and not none", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  rmSync(join(board.root, "dev/fb0"));
  await assert.rejects(openDisplay(displayOptions({}), board.host()), {
    name: "DisplayError",
    message: "/dev/fb0 is not there: check the cable, and that the boot configuration enables it.",
  });
});

test("a configured display is never replaced by another", async (t) => {
  const board = new Board(t);
  await assert.rejects(openDisplay(displayOptions({ driver: "framebuffer" }), board.host()), {
    name: "DisplayError",
    message: "There is no framebuffer: check the cable and that the boot configuration enables the display.",
  });
  const { reason } = await openDisplay(displayOptions({ driver: "none" }), board.host());
  assert.equal(reason, 'display.driver is "none".');
});

test("a display that arrives, leaves, comes back, changes its mode or its permissions is noticed", async (t) => {
  const board = new Board(t);
  let changes = 0;
  const stop = watchDisplays(displayOptions({}), board.host(), () => changes++);
  const looked = async (expected: number, what: string) => {
    await board.clock.advance(5000);
    assert.equal(changes, expected, what);
  };
  await looked(0, "nothing yet");
  const node = board.framebuffer(FB);
  await looked(1, "arrived");
  await looked(1, "once");
  board.write("/dev/fb0", "a picture");
  await looked(1, "what is drawn on it is no change");
  chmodSync(node, 0o600);
  await looked(2, "another mode of access");
  board.write("/sys/class/graphics/fb0/virtual_size", "640,480\n");
  board.write("/sys/class/graphics/fb0/modes", "U:640x480p-0\n");
  await looked(3, "another mode");
  board.framebuffer({ ...FB, id: "fb1", name: "fb_st7789v", bus: "spi" });
  await looked(4, "a better one");
  rmSync(join(board.root, "sys/class/graphics/fb1"), { recursive: true });
  await looked(5, "gone");
  stop();
  rmSync(join(board.root, "sys/class/graphics/fb0"), { recursive: true });
  await looked(5, "no longer watched");
  assert.equal(board.clock.pending, 0);
});

test("a terminal whose window is resized is drawn anew, unless a framebuffer is what is drawn on", async (t) => {
  const board = new Board(t);
  const tty = new Transcript({ columns: 80, rows: 24 });
  let changes = 0;
  watchDisplays(displayOptions({}), board.host(tty), () => changes++);
  tty.rows = 30;
  await board.clock.advance(5000);
  assert.equal(changes, 1);
  board.framebuffer(FB);
  await board.clock.advance(5000);
  assert.equal(changes, 2);
  tty.rows = 20;
  await board.clock.advance(5000);
  assert.equal(changes, 2);
});

test("a bus or a serial line that arrives is noticed, a framebuffer that is not wanted is not", async (t) => {
  const board = new Board(t);
  let changes = 0;
  watchDisplays(displayOptions({ driver: "ssd1306", device: "/dev/i2c-1" }), board.host(), () => changes++);
  board.framebuffer(FB);
  await board.clock.advance(5000);
  assert.equal(changes, 0);
  board.write("/dev/i2c-1", "");
  await board.clock.advance(5000);
  assert.equal(changes, 1);
});
