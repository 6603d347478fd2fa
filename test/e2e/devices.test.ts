import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { describe, type TestContext, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { PNG } from "pngjs";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import { eventLayout } from "../../hw/input/evdev.ts";
import { type Layout, type Seen, seenIn } from "../hw/displays/decode.ts";
import { LcdGlass, OledGlass } from "../hw/displays/glass.ts";
import { readQr } from "../hw/displays/readers.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { InputNode } from "../support/input-node.ts";
import { Board } from "./board.ts";
import { DaemonProcess, eventually } from "./daemon-process.ts";
import { devices, noDevices, told } from "./devices.ts";
import { FakeUptime, withUptime } from "./fake-uptime.ts";

const CARD = "/sys/class/drm/card0";
const HDMI = `${CARD}/card0-HDMI-A-1`;
/** Where the card's memory begins in its file, and its rows: see devices.c. */
const SCREEN: Layout = { format: "XRGB8888", width: 800, height: 480, stride: 3328, start: 1 << 16 };

const KEY_ENTER = 28;
const NO_SLEEP = process.getuid?.() === 0 ? false : "needs root to stand in for /proc/uptime";
const CHIP = "/dev/gpiochip0";

/** One of this machine's own, as the daemon finds it. */
const INTERFACE = Object.entries(networkInterfaces()).find(([, list]) =>
  list?.some(({ internal, address }) => !internal && !/^(169\.254\.|fe80:)/i.test(address)),
)?.[0];

/** Of MIPI DCS: what follows are pixels. */
const WRITE_MEMORY = 0x2c;

/** `struct gpio_v2_line_event` (include/uapi/linux/gpio.h): GPIO_V2_LINE_EVENT_RISING_EDGE or _FALLING_EDGE, and its line_seqno. */
function encodeEdge(active: boolean, number: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(0, 0, active ? 1 : 2, 17, number, number, 0, 0, 0, 0, 0, 0).buffer);
}

function addCard(board: Board, status = "connected"): void {
  board.write(`${HDMI}/status`, `${status}\n`);
  board.write(`${HDMI}/modes`, "800x480\n640x400\n");
  board.write("/dev/dri/card0", "");
}

async function bench(
  t: TestContext,
  prepare: (board: Board) => void,
  settings: Readonly<Record<string, string>> = {},
  wrapper: (board: Board) => readonly string[] = () => [],
): Promise<{ readonly board: Board; readonly simulator: Simulator; readonly daemon: DaemonProcess }> {
  const board = new Board({ framebuffer: null });
  const simulator = await startSimulator({ interval: 1 });
  prepare(board);
  const daemon = new DaemonProcess(board, simulator, settings, {
    environment: devices(board),
    wrapper: wrapper(board),
  });
  t.after(async () => {
    await daemon.end("SIGKILL");
    await simulator.close();
    board.remove();
  });
  return { board, simulator, daemon };
}

/** At rest, with line 17 of a GPIO chip as its button. */
async function benchWithLine(t: TestContext, key: string, wrapper?: (board: Board) => readonly string[]) {
  let writer: number | null = null;
  const { board, simulator, daemon } = await bench(
    t,
    (made) => {
      made.write(CHIP, "");
      execFileSync("mkfifo", [`${made.root}${CHIP}.17`]);
      // Open in both directions: this does not wait for a reader.
      writer = openSync(`${made.root}${CHIP}.17`, "r+");
    },
    { "buttons.device": CHIP, "buttons.key": key, "pairing.start": "manual" },
    wrapper,
  );
  const unplug = () => {
    rmSync(`${board.root}${CHIP}`, { force: true });
    if (writer !== null) closeSync(writer);
    writer = null;
  };
  t.after(unplug);
  const edges = (...given: readonly (readonly [active: boolean, number: number])[]) => {
    if (writer !== null) writeSync(writer, Buffer.concat(given.map((edge) => encodeEdge(...edge))));
  };
  await daemon.until("at rest", ({ state }) => state === "idle");
  await eventually("the line", () => told(board).length || null);
  return { board, simulator, daemon, edges, unplug };
}

/** Waits until two decoders read the code that the daemon tells. */
async function codeOn(daemon: DaemonProcess, see: () => Seen | null): Promise<void> {
  await daemon.until("a code", ({ pairing }) => pairing !== null);
  await eventually("the code on the screen", async () => {
    const seen = see();
    const { pairing } = await daemon.snapshot();
    const { zbar, zxing } = seen === null ? { zbar: null, zxing: null } : await readQr(seen);
    const wanted = pairing?.verification_uri_complete?.toLowerCase();
    return zbar !== null && zbar === zxing && zbar.toLowerCase() === wanted ? true : null;
  });
}

/** What a card shows, while it is open. */
function onCard(board: Board, layout = SCREEN): Seen | null {
  const lines = told(board).filter((line) => /^card0 (shows|closed)/.test(line));
  return lines.at(-1)?.startsWith("card0 shows")
    ? seenIn(readFileSync(`${board.root}/dev/dri/card0`), layout)
    : null;
}

/** A message begins with a control byte, which tells commands from data. */
function onOled(board: Board): Seen | null {
  const glass = new OledGlass(128);
  for (const line of told(board)) {
    const [control, ...bytes] = Buffer.from(/^i2c-1 ([0-9a-f]+)$/.exec(line)?.[1] ?? "", "hex");
    const [code = 0, ...parameters] = bytes;
    if (control === 0x00) void glass.command(code, ...parameters);
    if (control === 0x40) void glass.data(Uint8Array.from(bytes));
  }
  return glass.on ? glass.seen(128, 64, 0) : null;
}

/** A command is sent with its line low; what follows with the line high are its parameters, or what it writes. */
function onLcd(board: Board): Seen | null {
  const glass = new LcdGlass();
  let low = false;
  let command = 0;
  const all = told(board);
  // It forgets at a reset what it was told before.
  for (const line of all.slice(all.lastIndexOf("line-27 is 0"))) {
    low = /^line-25 is 0$/.test(line) || (low && !/^line-25 is 1$/.test(line));
    const bytes = Buffer.from(/^spidev0\.0 ([0-9a-f]{2,})$/.exec(line)?.[1] ?? "", "hex");
    if (bytes.length === 0) continue;
    if (low) command = bytes[0] ?? 0;
    if (!low && command === WRITE_MEMORY) void glass.data(bytes);
    else void glass.command(command, ...(low ? [] : bytes));
  }
  return glass.on ? glass.seen(240, 240, 0, 0) : null;
}

/** A framebuffer of 800x480 in the middle of 1024x600, which only ioctls tell. */
function addFramebuffer(board: Board, bitsPerPixel: number, screen: string): void {
  const at = "/sys/class/graphics/fb0";
  board.write(`${at}/name`, "bcm2708_fb\n");
  board.write(`${at}/virtual_size`, "1024,600\n");
  board.write(`${at}/stride`, `${(1024 * bitsPerPixel) / 8}\n`);
  board.write(`${at}/bits_per_pixel`, `${bitsPerPixel}\n`);
  board.write("/dev/fb0.screen", `800,480 at 112,60, ${bitsPerPixel} bits, ${screen}`);
  board.write("/dev/fb0", Buffer.alloc((1024 * 600 * bitsPerPixel) / 8));
}

/** As its neighbour tells, with the colours that were set last. */
function onFramebuffer(board: Board, format: "XBGR8888" | "C8" | "GRAY8", bytes: number): Seen {
  const palette: number[] = [];
  for (const line of told(board)) {
    const [, index, red, green, blue] = /^fb0 colour (\d+) (..).. (..).. (..)..$/.exec(line) ?? [];
    if (index !== undefined) palette[Number(index)] = Number(`0x${red}${green}${blue}`);
  }
  const start = (60 * 1024 + 112) * bytes;
  const layout = { format, width: 800, height: 480, stride: 1024 * bytes, start, palette };
  return seenIn(readFileSync(`${board.root}/dev/fb0`), layout);
}

/** Waits until the device shows each pixel in the colour of the picture that the page shows. */
async function sameAsPicture(daemon: DaemonProcess, see: () => Seen): Promise<void> {
  const page = await daemon.page();
  await eventually("the picture's colours", async () => {
    const answer = await fetch(`${page}/v1/screen.png`);
    const { width, height, data } = PNG.sync.read(Buffer.from(await answer.arrayBuffer()));
    const rgb = Uint32Array.from({ length: width * height }, (_, at) => data.readUIntBE(4 * at, 3));
    assert.ok(
      rgb.some((colour) => colour >> 16 !== (colour & 0xff)),
      "there is a colour of which red is not blue",
    );
    return isDeepStrictEqual(see(), { width, height, rgb }) || null;
  });
}

/** Whether the daemon itself has the file open, and no child of it. */
function isOpenIn(daemon: DaemonProcess, path: string): boolean {
  const directory = `/proc/${daemon.child.pid}/fd`;
  return readdirSync(directory).some((fd) => readlinkSync(`${directory}/${fd}`) === path);
}

const displayProblem = (health: readonly { code: string; detail: string | null }[]) =>
  health.find(({ code }) => code === "display-missing")?.detail ?? null;

describe("a daemon whose devices answer as the kernel's drivers do", { skip: noDevices() }, () => {
  test("takes a graphics card without a framebuffer, and gives it back when it is paired", async (t) => {
    const { board, simulator, daemon } = await bench(t, addCard, { "display.paired_for": "1" });
    await codeOn(daemon, () => onCard(board));
    const { display, health } = await daemon.snapshot();
    assert.deepEqual([display.driver, display.device, display.width], ["drm", "/dev/dri/card0", 800]);
    assert.deepEqual(health, []);
    assert.deepEqual(told(board).slice(0, 4), [
      "card0 closed",
      "card0 buffer 800x480 pitch 3328",
      "card0 shows 800x480",
      "card0 flushed 0,0 800x480",
    ]);
    await eventually("a second of the countdown", () => {
      const [, width, height] = /^card0 flushed \d+,\d+ (\d+)x(\d+)$/.exec(told(board).at(-1) ?? "") ?? [];
      return Number(width) * Number(height) < (800 * 480) / 10 || null;
    });
    simulator.approve();
    await eventually("the card given back", () => (told(board).at(-1) === "card0 closed" ? true : null));
    assert.equal((await daemon.end()).status, 0);
    assert.equal(told(board).filter((line) => line === "card0 closed").length, 2, "and closed once");
  });

  test("asks a card of which nobody has asked yet what is plugged in, and takes it once", async (t) => {
    const { board, daemon } = await bench(t, (made) => {
      addCard(made, "unknown");
      made.write(`${HDMI}/modes`, "");
      made.write("/dev/dri/card0.unasked", "");
    });
    await codeOn(daemon, () => onCard(board));
    const taken = () => [...daemon.output.matchAll(/Took HDMI-A-1/g)].length;
    assert.equal(taken(), 1);
    board.write(`${HDMI}/modes`, "1920x1080\n800x480\n");
    await eventually("another monitor noticed", () => taken() > 1 || null);
  });

  test("sets the mode that is asked for", async (t) => {
    const { board, daemon } = await bench(t, addCard, {
      "display.driver": "drm",
      "display.device": "HDMI-A-1",
      "display.width": "640",
      "display.height": "400",
    });
    const smaller = { ...SCREEN, width: 640, height: 400, stride: 2560 };
    await codeOn(daemon, () => onCard(board, smaller));
    assert.ok(told(board).includes("card0 shows 640x400"));
  });

  test("takes a mode of less Hz where the card refuses the best one", async (t) => {
    const { board, daemon } = await bench(t, (made) => {
      addCard(made);
      made.write("/dev/dri/card0.most", "30");
    });
    await codeOn(daemon, () => onCard(board));
    assert.ok(told(board).includes("card0 at 30 Hz"));
  });

  test("says which other sizes there are where the card refuses one, and keeps nothing of it meanwhile", async (t) => {
    const { board, daemon } = await bench(t, (made) => {
      addCard(made);
      made.write("/dev/dri/card0.most", "0");
    });
    const { health } = await daemon.until("told", ({ health }) => displayProblem(health) !== null);
    assert.match(
      displayProblem(health) ?? "",
      /^\/dev\/dri\/card0 can't show 800x480 \(ENOSPC\): set display\.width and display\.height to one of 640x400\./,
    );
    const node = `${board.root}/dev/dri/card0`;
    const maps = () => readFileSync(`/proc/${daemon.child.pid}/maps`, "utf8");
    await eventually("no memory of the card's", () => !maps().includes(node) || null);
    rmSync(`${node}.most`);
    await codeOn(daemon, () => onCard(board));
  });

  test("waits for the program that has the card, and says so", async (t) => {
    const { board, daemon } = await bench(t, (made) => {
      addCard(made);
      made.write("/dev/dri/card0.busy", "");
    });
    const { health } = await daemon.until("told", ({ health }) => displayProblem(health) !== null);
    assert.match(displayProblem(health) ?? "", /^\/dev\/dri\/card0 is in use by another program/);
    assert.ok(!told(board).some((line) => line.startsWith("card0 shows")), "nothing is shown over it");
    rmSync(`${board.root}/dev/dri/card0.busy`);
    await codeOn(daemon, () => onCard(board));
  });

  test("tells that no monitor is connected, and takes one that is plugged in and out", async (t) => {
    const { board, daemon } = await bench(t, (made) => addCard(made, "disconnected"));
    const unplugged = "No monitor is connected to HDMI-A-1: plug one in, or choose another display.device.";
    const { health } = await daemon.until("told", ({ health }) => displayProblem(health) !== null);
    assert.equal(displayProblem(health), unplugged);
    board.write(`${HDMI}/status`, "connected\n");
    await codeOn(daemon, () => onCard(board));
    assert.deepEqual((await daemon.snapshot()).health, []);
    board.write(`${HDMI}/status`, "disconnected\n");
    await daemon.until("told again", ({ health }) => displayProblem(health) === unplugged);
    await eventually("the card is free", () => onCard(board) === null || null);
  });

  test("keeps nothing of a card that disappears, says so, and takes it when it is back", async (t) => {
    const { board, daemon } = await bench(t, addCard);
    await codeOn(daemon, () => onCard(board));
    const node = `${board.root}/dev/dri/card0`;
    const maps = () => readFileSync(`/proc/${daemon.child.pid}/maps`, "utf8");
    assert.ok(maps().includes(node), "its memory is drawn into");
    rmSync(board.root + CARD, { recursive: true });
    rmSync(node);
    const { health } = await daemon.until("told", ({ health }) => displayProblem(health) !== null);
    assert.match(
      displayProblem(health) ?? "",
      /has disappeared: check (its cable|the cable of the display)\.$/,
    );
    await eventually("no memory of the card's", () => !maps().includes(node) || null);
    addCard(board);
    await codeOn(daemon, () => onCard(board));
  });

  test("asks a framebuffer for the order of its colours and the part that is seen", async (t) => {
    const { board, daemon } = await bench(t, (made) =>
      addFramebuffer(made, 32, "red 0:8 green 8:8 blue 16:8, visual 2"),
    );
    await codeOn(daemon, () => onFramebuffer(board, "XBGR8888", 4));
    await sameAsPicture(daemon, () => onFramebuffer(board, "XBGR8888", 4));
  });

  test("gives a framebuffer of 8 bits the colours of the picture", async (t) => {
    const { board, daemon } = await bench(t, (made) =>
      addFramebuffer(made, 8, "red 0:8 green 0:8 blue 0:8, visual 3"),
    );
    await codeOn(daemon, () => onFramebuffer(board, "C8", 1));
    await sameAsPicture(daemon, () => onFramebuffer(board, "C8", 1));
  });

  test("refuses a palette that can't be set, but for one of greys", async (t) => {
    const fixed = "red 0:8 green 0:8 blue 0:8, visual 5";
    const { daemon } = await bench(t, (made) => addFramebuffer(made, 8, fixed));
    const { health } = await daemon.until("told", ({ health }) => displayProblem(health) !== null);
    assert.match(displayProblem(health) ?? "", /^\/dev\/fb0 has a palette that can't be set: start Linux/);
    const grey = await bench(t, (made) => addFramebuffer(made, 8, `${fixed}, grey`));
    await codeOn(grey.daemon, () => onFramebuffer(grey.board, "GRAY8", 1));
  });

  test("sets the colours anew where the text console, which has its own, came back over the picture", async (t) => {
    const bind = "/sys/class/vtconsole/vtcon1/bind";
    const { board, daemon } = await bench(t, (made) => {
      addFramebuffer(made, 8, "red 0:8 green 0:8 blue 0:8, visual 3");
      made.write("/sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
      made.write(bind, "1\n");
    });
    await codeOn(daemon, () => onFramebuffer(board, "C8", 1));
    const timesSet = () => told(board).filter((line) => line.startsWith("fb0 colour 0 ")).length;
    const before = timesSet();
    board.write(bind, "1\n");
    await eventually(
      "the console taken off again",
      () => readFileSync(board.root + bind, "utf8") === "0" || null,
    );
    await eventually("the colours set again", () => timesSet() > before || null);
  });

  test("drives an OLED by plain messages on I2C", async (t) => {
    const { board, daemon } = await bench(t, (made) => made.write("/dev/i2c-1", ""), {
      "display.driver": "ssd1306",
      "display.bus_address": "61",
    });
    await codeOn(daemon, () => onOled(board));
    assert.equal(told(board)[0], "i2c-1 address 3d");
    assert.ok(told(board).every((line) => line.startsWith("i2c-1 ") && line.length <= 6 + 2 * 129));
  });

  test("drives a colour panel on SPI, with its lines on a GPIO chip", async (t) => {
    const { board, daemon } = await bench(
      t,
      (made) => {
        made.write("/dev/spidev0.0", "");
        made.write("/dev/gpiochip0", "");
      },
      { "display.driver": "st7789", "display.gpio_reset": "27", "display.bus_speed": "40000000" },
    );
    await codeOn(daemon, () => onLcd(board));
    assert.deepEqual(told(board).slice(0, 8), [
      "spidev0.0 mode 0",
      "spidev0.0 bits 8",
      "spidev0.0 speed 40000000",
      "line-25 is c2cd's: 0",
      "line-27 is c2cd's: 1",
      "line-27 is 0",
      "line-27 is 1",
      "line-25 is 0",
    ]);
  });

  test("tells a panel everything anew after a sleep of the machine, in which it may have had no power", {
    skip: process.getuid?.() === 0 ? false : "needs root to stand in for /proc/uptime",
  }, async (t) => {
    let uptime: FakeUptime | null = null;
    const { board, daemon } = await bench(
      t,
      (made) => {
        uptime = new FakeUptime(made);
        made.write("/dev/spidev0.0", "");
        made.write("/dev/gpiochip0", "");
      },
      { "display.driver": "st7789", "display.gpio_reset": "27" },
      () => withUptime(uptime?.file ?? ""),
    );
    t.after(() => uptime?.stop());
    await codeOn(daemon, () => onLcd(board));
    const resets = () => told(board).filter((line) => line === "line-27 is 0").length;
    assert.equal(resets(), 1);
    (uptime as FakeUptime | null)?.suspend(30);
    await eventually("the panel set up again", () => resets() === 2 || null);
    await codeOn(daemon, () => onLcd(board));
  });

  test("reads a button by itself, and keeps its device from other programs where it has no other key", async (t) => {
    for (const name of ["event0", "event1"]) {
      const node = `/dev/input/${name}`;
      let input: InputNode | null = null;
      const { board, daemon } = await bench(
        t,
        (made) => {
          input = new InputNode(made.root + node, eventLayout(process.arch));
          input.plug();
        },
        { "buttons.device": node, "pairing.start": "manual" },
      );
      await daemon.until("at rest", ({ state }) => state === "idle");
      for (const value of [1, 0]) (input as InputNode | null)?.key(KEY_ENTER, value);
      await daemon.until("a code for the press", ({ pairing }) => pairing !== null);
      assert.deepEqual(told(board), name === "event0" ? ["event0 grabbed 1"] : []);
      assert.ok(isOpenIn(daemon, board.root + node), "no child reads it");
    }
  });

  test("reads a button on a GPIO line by name or number, and notices that the chip is gone", async (t) => {
    for (const key of ["SHUTTER", "17"]) {
      const { board, daemon, edges, unplug } = await benchWithLine(t, key);
      assert.deepEqual(told(board), ["line-17 is c2cd's: low is active, pulled up, both edges, 20000 us"]);
      edges([true, 1], [false, 2]);
      await daemon.until("a code for the press", ({ pairing }) => pairing !== null);
      unplug();
      await eventually("a word about the chip", () => /gpiochip0 is gone$/m.test(daemon.output) || null);
    }
  });

  test("takes no edge of a GPIO line for a press whose others were lost", async (t) => {
    const { daemon, edges } = await benchWithLine(t, "SHUTTER");
    edges([true, 1], [false, 4]);
    // Held with nothing to unpair, which is told: the edges before it have been read by then.
    edges([true, 5]);
    const { state } = await daemon.until("the end of the hold", ({ button }) => button !== null);
    assert.equal(state, "idle");
    edges([false, 6], [true, 7], [false, 8]);
    await daemon.until("a code for the press", ({ pairing }) => pairing !== null);
  });

  test("does not unpair where the machine fell asleep with the button down, of which nobody saw it let go", {
    skip: NO_SLEEP,
  }, async (t) => {
    let uptime: FakeUptime | null = null;
    const { simulator, daemon, edges } = await benchWithLine(t, "17", (board) => {
      uptime = new FakeUptime(board);
      return withUptime(uptime.file);
    });
    t.after(() => uptime?.stop());
    edges([true, 1], [false, 2]);
    await daemon.until("a code", ({ pairing }) => pairing !== null);
    simulator.approve();
    await daemon.until("paired", ({ state }) => state === "paired");
    edges([true, 3]);
    await daemon.until("the countdown", ({ button }) => button?.phase === "counting");
    (uptime as FakeUptime | null)?.suspend(60);
    await daemon.until("the end of it", ({ button }) => button?.phase !== "counting");
    edges([true, 4], [false, 5]);
    const said = () => [...daemon.output.matchAll(/button (?:pressed|held).*$/gm)].map(([line]) => line);
    await eventually("a word about the button", () => said().length > 1 || null);
    assert.equal(said()[1], "button pressed: the device is paired, so the screen is shown");
  });

  test("says why a GPIO line is no button", async (t) => {
    for (const [key, reason] of [
      ["SHUTER", /gpiochip0 has no line SHUTER; set buttons\.key to the name or number of one/],
      ["54", /gpiochip0 has no line 54; /],
      ["5", /gpiochip0 has line 5 in use by a driver or another program/],
      ["6", /gpiochip0 can't tell when line 6 changes/],
    ] as const) {
      const { daemon } = await bench(t, (made) => made.write(CHIP, ""), {
        "buttons.device": CHIP,
        "buttons.key": key,
      });
      await eventually(`a word about line ${key}`, () => reason.test(daemon.output) || null);
    }
  });

  test("tells the name of its Wi-Fi where the way to Frame.io is in trouble", {
    skip: INTERFACE === undefined ? "this machine has no network" : false,
  }, async (t) => {
    const asked = (board: Board) => told(board).includes("interface 7 asked for its Wi-Fi");
    const radio = (made: Board) => {
      made.write(`/sys/class/net/${INTERFACE}/ifindex`, "7\n");
      made.write(`/sys/class/net/${INTERFACE}/phy80211/name`, "phy0\n");
    };
    const well = await bench(t, radio);
    const { network } = await well.daemon.until("a code", ({ pairing }) => pairing !== null);
    assert.ok(network.length > 0 && network.every(({ wifi }) => wifi === null));
    assert.equal(asked(well.board), false, "nobody wants to know");

    const lost = await bench(t, radio, { "frameio.base_url": "http://127.0.0.1:9" });
    const named = (snapshot: Snapshot) =>
      snapshot.network.find((place) => place.interface === INTERFACE)?.wifi === "Location 4";
    const { health } = await lost.daemon.until("the name", named);
    assert.ok(health.some(({ code }) => code === "server-unreachable"));
    assert.ok(asked(lost.board));
  });

  test("says which GPIO line another program holds", async (t) => {
    const { daemon } = await bench(
      t,
      (made) => {
        made.write("/dev/spidev0.0", "");
        made.write("/dev/gpiochip0", "");
      },
      { "display.driver": "st7789", "display.gpio_reset": "5" },
    );
    const { health } = await daemon.until("told", ({ health }) => displayProblem(health) !== null);
    assert.match(displayProblem(health) ?? "", /^GPIO line 5 of gpiochip0 can't be used \(EBUSY\): check/);
  });
});
