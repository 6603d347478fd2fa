import assert from "node:assert/strict";
import { test } from "node:test";
import { i2cBus } from "../../../hw/displays/bus/i2c.ts";
import { spiBus } from "../../../hw/displays/bus/spi.ts";
import { openDisplay } from "../../../hw/displays/open.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { Board, displayOptions } from "./board.ts";

/** What went over a wire, message by message. */
function wire(sent: (message: Buffer) => void, closed: () => void) {
  return {
    async write(message: Uint8Array) {
      sent(Buffer.from(message));
    },
    async close() {
      closed();
    },
  };
}

test("I2C: a control byte tells commands from data, and data goes in short messages", async () => {
  const sent: Buffer[] = [];
  let closed = false;
  const bus = i2cBus(
    wire(
      (message) => void sent.push(message),
      () => {
        closed = true;
      },
    ),
  );
  await bus.command(0x21, 0, 127);
  await bus.data(Uint8Array.from({ length: 300 }, (_, index) => index));
  await bus.reset();
  await bus.close();
  assert.deepEqual([...(sent[0] ?? [])], [0x00, 0x21, 0, 127]);
  assert.deepEqual(
    sent.slice(1).map((message) => [message[0], message.length]),
    [
      [0x40, 129],
      [0x40, 129],
      [0x40, 45],
    ],
  );
  assert.deepEqual(
    Buffer.concat(sent.slice(1).map((message) => message.subarray(1))),
    Buffer.from(Uint8Array.from({ length: 300 }, (_, index) => index)),
  );
  assert.ok(closed);
});

test("SPI: the line tells commands from data, transfers fit spidev, and reset is pulsed", async () => {
  const log: string[] = [];
  const line = (name: string) => ({
    set: (value: 0 | 1) => void log.push(`${name}=${value}`),
    release: () => void log.push(`${name} released`),
  });
  const clock = new ManualClock();
  const bus = spiBus(
    wire(
      (message) => void log.push(message.length <= 4 ? message.toString("hex") : `${message.length} bytes`),
      () => void log.push("closed"),
    ),
    { dataCommand: line("dc"), reset: line("reset") },
    clock,
  );
  const resetting = bus.reset();
  while (clock.pending === 0) await new Promise(setImmediate);
  await clock.advance(500);
  await resetting;
  await bus.command(0x29);
  await bus.command(0x2a, 0, 1, 2, 3);
  await bus.data(new Uint8Array(10_000));
  await bus.close();
  assert.deepEqual(log, [
    "reset=0",
    "reset=1",
    "dc=0",
    "29",
    "dc=0",
    "2a",
    "dc=1",
    "00010203",
    "dc=1",
    "4096 bytes",
    "4096 bytes",
    "1808 bytes",
    "closed",
    "dc released",
    "reset released",
  ]);
});

test("a device that is no bus is refused before any binding is loaded", async (t) => {
  const board = new Board(t);
  const open = (driver: "ssd1306" | "sh1106" | "st7789" | "ili9341", device: string) =>
    openDisplay(displayOptions({ driver, device }), board.host());
  await assert.rejects(open("ssd1306", "/dev/spidev0.0"), {
    name: "DisplayError",
    message: '/dev/spidev0.0 is not an I2C bus: set display.device to one such as "/dev/i2c-1".',
  });
  await assert.rejects(open("sh1106", "i2c-1"), /not an I2C bus/);
  await assert.rejects(open("st7789", "/dev/fb1"), /not an SPI device/);
  await assert.rejects(open("ili9341", "/dev/spidev0"), /not an SPI device/);
});

test("sizes that no panel has are refused", async (t) => {
  const board = new Board(t);
  const open = (driver: "ssd1306" | "sh1106" | "st7789" | "ili9341") =>
    openDisplay(displayOptions({ driver, width: 500, height: 500 }), board.host());
  for (const driver of ["ssd1306", "sh1106", "st7789", "ili9341"] as const)
    await assert.rejects(open(driver), { name: "DisplayError", message: /display\.width/ });
});

test("a file in place of a bus is another kind of device", async (t) => {
  const board = new Board(t);
  board.write("/dev/i2c-1", "");
  board.write("/dev/spidev0.0", "");
  for (const [driver, device] of [
    ["ssd1306", "/dev/i2c-1"],
    ["st7789", "/dev/spidev0.0"],
  ] as const)
    await assert.rejects(openDisplay(displayOptions({ driver }), board.host()), {
      name: "DisplayError",
      message: `${device} is another kind of device, or its driver can't do what is needed: choose another display.device.`,
    });
});

test("a bus that is not there is said", async (t) => {
  const board = new Board(t);
  for (const [driver, device] of [
    ["ssd1306", "/dev/i2c-1"],
    ["sh1106", "/dev/i2c-7"],
    ["st7789", "/dev/spidev0.0"],
    ["ili9341", "/dev/spidev1.2"],
  ] as const)
    await assert.rejects(openDisplay(displayOptions({ driver, device }), board.host()), {
      name: "DisplayError",
      message: `${device} is not there: check the cable, and that the boot configuration enables it.`,
    });
});
