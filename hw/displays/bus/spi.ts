import { promisify } from "node:util";
import { type Clock, wait } from "../../../daemon/core/clock.ts";
import { DisplayError, deviceError } from "../../linux/errors.ts";
import type { DriverName } from "../contract/display.ts";
import type { DisplayOptions, Host } from "../contract/options.ts";
import { binding } from "./binding.ts";
import type { PanelBus } from "./bus.ts";
import { checkNode } from "./node.ts";

/** The most that spidev takes at once (module parameter `bufsiz` of drivers/spi/spidev.c). */
const CHUNK = 4096;

const USUAL_DEVICE = "/dev/spidev0.0";

/**
 * The SPI bus that `display.device` names, by the package spi-device, and the lines beside it, by node-libgpiod.
 * @param fastest clock of the panel's controller in Hz
 */
export async function openSpi(
  options: DisplayOptions,
  host: Host,
  driver: DriverName,
  fastest: number,
): Promise<PanelBus> {
  const device = options.device || USUAL_DEVICE;
  const [, bus, select] = /^\/dev\/spidev(\d+)\.(\d+)$/.exec(device) ?? [];
  if (bus === undefined || select === undefined)
    throw new DisplayError(
      `${device} is not an SPI device: set display.device to one such as "${USUAL_DEVICE}".`,
    );
  await checkNode(host.root, device);
  await checkNode(host.root, `/dev/${options.gpio_chip}`);
  const spi = await binding(() => import("spi-device"), "spi-device", driver);
  const { Chip, Line } = await binding(() => import("node-libgpiod"), "node-libgpiod", driver);
  const speed = options.bus_speed || fastest;
  const opened = await new Promise<Spi>((resolve, reject) => {
    const opening = spi.open(Number(bus), Number(select), { mode: 0, maxSpeedHz: speed }, (error) =>
      error ? reject(deviceError(error, device)) : resolve(opening),
    );
  });
  try {
    const chip = new Chip(options.gpio_chip);
    const output = (offset: number, value: 0 | 1) => {
      const line = new Line(chip, offset);
      line.requestOutputMode("c2cd", value);
      return line;
    };
    const reset = options.gpio_reset < 0 ? null : output(options.gpio_reset, 1);
    return spiBus(opened, { chip, dataCommand: output(options.gpio_dc, 0), reset }, speed, host.clock);
  } catch (error) {
    opened.close(() => {});
    throw new DisplayError(
      `GPIO line ${options.gpio_dc} or ${options.gpio_reset} of ${options.gpio_chip} can't be used: check display.gpio_chip, display.gpio_dc and display.gpio_reset, and that no other program holds them.`,
      { cause: error },
    );
  }
}

/** The part of spi-device that is used. */
export interface Spi {
  transfer(
    message: { sendBuffer: Buffer; byteLength: number; speedHz: number }[],
    done: (error?: Error | null) => void,
  ): unknown;
  close(done: (error?: Error | null) => void): unknown;
}

export interface OutputLine {
  setValue(value: 0 | 1): void;
  release(): void;
}

export interface Lines {
  /** Held here because node-libgpiod closes a chip that is collected, and its lines with it. */
  readonly chip: unknown;
  /** Low: what is sent is a command; high: its parameters, or data. */
  readonly dataCommand: OutputLine;
  /** Low resets the panel; null where it is not wired. */
  readonly reset: OutputLine | null;
}

export function spiBus(spi: Spi, lines: Lines, speedHz: number, clock: Clock): PanelBus {
  const transfer = promisify(spi.transfer.bind(spi));
  const send = async (level: 0 | 1, bytes: Uint8Array) => {
    lines.dataCommand.setValue(level);
    for (let from = 0; from < bytes.length; from += CHUNK) {
      const part = bytes.subarray(from, from + CHUNK);
      const sendBuffer = Buffer.from(part.buffer, part.byteOffset, part.length);
      await transfer([{ sendBuffer, byteLength: sendBuffer.length, speedHz }]);
    }
  };
  return {
    async command(code, ...parameters) {
      await send(0, Uint8Array.of(code));
      if (parameters.length > 0) await send(1, Uint8Array.from(parameters));
    },
    data: (bytes) => send(1, bytes),
    async reset() {
      if (lines.reset === null) return;
      // At least 10 us low, then 120 ms until the next Sleep Out (ILI9341 15.4 and ST7789VW 7.4.5, "Reset timing").
      lines.reset.setValue(0);
      await wait(clock, 1);
      lines.reset.setValue(1);
      await wait(clock, 120);
    },
    async close() {
      await promisify(spi.close.bind(spi))();
      lines.dataCommand.release();
      lines.reset?.release();
    },
  };
}
