import assert from "node:assert/strict";
import { test } from "node:test";
import { binding } from "../../../hw/displays/bus/binding.ts";
import { i2cBus } from "../../../hw/displays/bus/i2c.ts";
import { spiBus } from "../../../hw/displays/bus/spi.ts";
import { openDisplay } from "../../../hw/displays/open.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { Board, displayOptions } from "./board.ts";

test("I2C: a control byte tells commands from data, and data goes in short messages", async () => {
  const sent: [number, Buffer][] = [];
  let closed = false;
  const bus = i2cBus(
    {
      async i2cWrite(address, length, buffer) {
        assert.equal(length, buffer.length);
        sent.push([address, buffer]);
      },
      async close() {
        closed = true;
      },
    },
    0x3d,
  );
  await bus.command(0x21, 0, 127);
  await bus.data(Uint8Array.from({ length: 300 }, (_, index) => index));
  await bus.reset();
  await bus.close();
  assert.ok(sent.every(([address]) => address === 0x3d));
  assert.deepEqual([...(sent[0]?.[1] ?? [])], [0x00, 0x21, 0, 127]);
  assert.deepEqual(
    sent.slice(1).map(([, message]) => [message[0], message.length]),
    [
      [0x40, 129],
      [0x40, 129],
      [0x40, 45],
    ],
  );
  assert.deepEqual(
    Buffer.concat(sent.slice(1).map(([, message]) => message.subarray(1))),
    Buffer.from(Uint8Array.from({ length: 300 }, (_, index) => index)),
  );
  assert.ok(closed);
});

test("SPI: the line tells commands from data, transfers fit spidev, and reset is pulsed", async () => {
  const log: string[] = [];
  const line = (name: string) => ({
    setValue: (value: 0 | 1) => void log.push(`${name}=${value}`),
    release: () => void log.push(`${name} released`),
  });
  const clock = new ManualClock();
  const bus = spiBus(
    {
      transfer(message, done) {
        const [part] = message;
        assert.equal(part?.speedHz, 10_000_000);
        assert.equal(part.byteLength, part.sendBuffer.length);
        log.push(part.byteLength <= 4 ? part.sendBuffer.toString("hex") : `${part.byteLength} bytes`);
        setImmediate(done, null);
      },
      close(done) {
        log.push("closed");
        setImmediate(done, null);
      },
    },
    { chip: {}, dataCommand: line("dc"), reset: line("reset") },
    10_000_000,
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

test("a binding that is missing, or doesn't fit this system, is one clear sentence", async () => {
  const missing = () => import(`no-such-binding-${"x"}`) as Promise<{ default: unknown }>;
  await assert.rejects(binding(missing, "node-libgpiod", "st7789"), {
    name: "DisplayError",
    message:
      'The st7789 driver needs the package node-libgpiod, which is missing or does not fit this system: run "npm install node-libgpiod" where c2cd is installed.',
  });
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

test("a bus under --root is refused: a binding would open the machine's own", async (t) => {
  const board = new Board(t);
  board.write("/dev/i2c-1", "");
  await assert.rejects(openDisplay(displayOptions({ driver: "ssd1306" }), board.host()), {
    name: "DisplayError",
    message: "/dev/i2c-1 can't be a bus under --root: choose another display.driver there.",
  });
});

test("a bus that is not there is said before a binding is missed", async (t) => {
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
