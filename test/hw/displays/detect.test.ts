import assert from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { candidates, watchDisplays } from "../../../hw/displays/detect.ts";
import { openDisplay } from "../../../hw/displays/open.ts";
import { chooseOutput } from "../../../hw/linux/drm.ts";
import { Sysfs } from "../../../hw/linux/sysfs.ts";
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
  const stop = watchDisplays(
    displayOptions({}),
    board.host(),
    () => 5_000,
    () => changes++,
  );
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
  watchDisplays(
    displayOptions({}),
    board.host(tty),
    () => 5_000,
    () => changes++,
  );
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
  watchDisplays(
    displayOptions({ driver: "ssd1306", device: "/dev/i2c-1" }),
    board.host(),
    () => 5_000,
    () => changes++,
  );
  board.framebuffer(FB);
  await board.clock.advance(5000);
  assert.equal(changes, 0);
  board.write("/dev/i2c-1", "");
  await board.clock.advance(5000);
  assert.equal(changes, 1);
});

test("of several framebuffers, one with a monitor comes before one without, whatever their numbers", async (t) => {
  const board = new Board(t);
  const reason = async () => (await openDisplay(displayOptions({}), board.host())).reason;
  board.framebuffer({ ...FB, name: "vc4drmfb" });
  board.framebuffer({ ...FB, id: "fb1", name: "rp1-dsidrmfb" });
  const status = (id: string, connector: string, value: string) =>
    board.write(
      `/sys/class/graphics/${id}/device/drm/card${id.at(-1)}/card${id.at(-1)}-${connector}/status`,
      value,
    );
  status("fb0", "HDMI-A-1", "disconnected\n");
  status("fb1", "DSI-1", "connected\n");
  assert.match(await reason(), /^Took \/dev\/fb1/);
  status("fb0", "HDMI-A-2", "connected\n");
  assert.match(await reason(), /^Took \/dev\/fb0/, "both have one");
  status("fb0", "HDMI-A-2", "unknown\n");
  assert.match(await reason(), /^Took \/dev\/fb1/, "known before unknown");
  board.framebuffer({ ...FB, id: "fb2", name: "EFI VGA" });
  assert.match(await reason(), /^Took \/dev\/fb1/, "the firmware's is the lesser one");
  status("fb0", "HDMI-A-2", "disconnected\n");
  status("fb1", "DSI-1", "disconnected\n");
  assert.match(await reason(), /^Took \/dev\/fb2/, "but somebody may see it");
  board.framebuffer({ ...FB, id: "fb3", name: "fb_ili9341", bus: "spi" });
  assert.match(await reason(), /^Took \/dev\/fb3/, "the device's own panel");
});

test("a framebuffer without a monitor is drawn on, that nobody sees it is told, and plugging one in is noticed", async (t) => {
  const board = new Board(t);
  board.framebuffer(FB);
  const connector = "/sys/class/graphics/fb0/device/drm/card0/card0-HDMI-A-1";
  board.write(`${connector}/status`, "disconnected\n");
  const sentence = "No monitor is connected to HDMI-A-1: plug one in, or choose another display.device.";
  const { display, warnings } = await openDisplay(displayOptions({}), board.host());
  assert.deepEqual([display.unseen, warnings], [sentence, [sentence]]);
  assert.equal(display.capabilities.surface, "pixels");
  let changes = 0;
  watchDisplays(
    displayOptions({}),
    board.host(),
    () => 5_000,
    () => changes++,
  );
  board.write(`${connector}/status`, "connected\n");
  await board.clock.advance(5000);
  assert.equal(changes, 1);
  const plugged = await openDisplay(displayOptions({}), board.host());
  assert.deepEqual([plugged.display.unseen, plugged.warnings], [undefined, []]);
});

test("a graphics card without a framebuffer is taken where something is plugged in, before what is seen nowhere", async (t) => {
  const board = new Board(t);
  const drivers = () => candidates(displayOptions({}), board.host()).map(({ driver }) => driver);
  board.write("/sys/class/drm/card1/card1-DP-1/status", "connected\n");
  assert.deepEqual(drivers(), ["drm", "none"]);
  board.framebuffer({ ...FB, name: "EFI VGA" });
  assert.deepEqual(drivers(), ["drm", "framebuffer", "none"], "the firmware's is the lesser one");
  board.framebuffer(FB);
  assert.deepEqual(drivers(), ["framebuffer", "drm", "none"]);
  board.write("/sys/class/graphics/fb0/device/drm/card0/card0-HDMI-A-1/status", "disconnected\n");
  assert.deepEqual(drivers(), ["drm", "framebuffer", "none"], "nobody would see it");
  board.write("/sys/class/drm/card1/card1-DP-1/status", "disconnected\n");
  assert.deepEqual(drivers(), ["framebuffer", "drm", "none"]);
  board.write("/sys/class/drm/card1/device/graphics/fb1/name", "");
  assert.deepEqual(drivers(), ["framebuffer", "none"], "that card has a framebuffer of its own");
});

test("that a graphics card finds out what is plugged in, once it is asked, is no other display", async (t) => {
  const board = new Board(t);
  const status = "/sys/class/drm/card0/card0-HDMI-A-1/status";
  board.write(status, "unknown\n");
  let changes = 0;
  watchDisplays(
    displayOptions({}),
    board.host(),
    () => 5_000,
    () => changes++,
  );
  const looked = async (found: string, expected: number) => {
    board.write(status, `${found}\n`);
    await board.clock.advance(5000);
    assert.equal(changes, expected, found);
  };
  await looked("connected", 0);
  await looked("disconnected", 1);
  await looked("connected", 2);
});

test("of several connectors the one with a monitor is taken; cards that only compute or write to memory have none", (t) => {
  const board = new Board(t);
  const sysfs = new Sysfs(board.root);
  const taken = (device: string) => {
    const output = chooseOutput(sysfs, device);
    return output && `${output.node} ${output.connector.name}`;
  };
  board.write("/sys/class/drm/card0/dev", "226:0\n");
  board.write("/sys/class/drm/renderD128/dev", "226:128\n");
  board.write("/sys/class/drm/card1/card1-Writeback-1/status", "unknown\n");
  assert.equal(taken(""), null);
  board.write("/sys/class/drm/card1/card1-HDMI-A-1/status", "disconnected\n");
  assert.equal(taken(""), "/dev/dri/card1 HDMI-A-1");
  board.write("/sys/class/drm/card1/card1-HDMI-A-2/status", "connected\n");
  assert.equal(taken(""), "/dev/dri/card1 HDMI-A-2");
  assert.equal(taken("HDMI-A-1"), "/dev/dri/card1 HDMI-A-1");
  assert.equal(taken("/dev/dri/card1"), "/dev/dri/card1 HDMI-A-2");
  assert.equal(taken("/dev/dri/card0"), null);
});

test("of several graphics cards the one on SPI is the device's own panel, while something may be seen on it", (t) => {
  const board = new Board(t);
  const taken = () => chooseOutput(new Sysfs(board.root), "")?.connector.name;
  board.write("/sys/class/drm/card0/card0-HDMI-A-1/status", "connected\n");
  const status = board.write("/sys/class/drm/card1/card1-SPI-1/status", "unknown\n");
  assert.equal(taken(), "HDMI-A-1");
  board.write("/sys/bus/spi/uevent", "");
  mkdirSync(join(board.root, "/sys/class/drm/card1/device"));
  symlinkSync("../../../../bus/spi", join(board.root, "/sys/class/drm/card1/device/subsystem"));
  assert.equal(taken(), "SPI-1");
  writeFileSync(status, "disconnected\n");
  assert.equal(taken(), "HDMI-A-1");
});
