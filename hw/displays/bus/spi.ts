import { type FileHandle, open } from "node:fs/promises";
import { type Clock, wait } from "../../../daemon/core/clock.ts";
import { DisplayError, deviceError } from "../../linux/errors.ts";
import { type OutputLine, outputLine } from "../../linux/gpio.ts";
import { ioctl, iow, Structure } from "../../linux/kernel.ts";
import type { DisplayOptions, Host } from "../contract/options.ts";
import type { PanelBus, Wire } from "./bus.ts";

/** The most that spidev takes at once (module parameter `bufsiz` of drivers/spi/spidev.c). */
const CHUNK = 4096;

const USUAL_DEVICE = "/dev/spidev0.0";

/** include/uapi/linux/spi/spidev.h and spi.h. In mode 0 the clock idles low, and data is taken at its first edge. */
const BYTE = new Structure({ value: "__u8" });
const WORD = new Structure({ value: "__u32" });
const SPI_IOC_WR_MODE = iow("k", 1, BYTE.size);
const SPI_IOC_WR_BITS_PER_WORD = iow("k", 3, BYTE.size);
const SPI_IOC_WR_MAX_SPEED_HZ = iow("k", 4, WORD.size);
const SPI_MODE_0 = 0;

/**
 * The SPI bus that `display.device` names, and the lines beside it.
 * @param fastest clock of the panel's controller in Hz
 */
export async function openSpi(options: DisplayOptions, host: Host, fastest: number): Promise<PanelBus> {
  const device = options.device || USUAL_DEVICE;
  if (!/^\/dev\/spidev\d+\.\d+$/.test(device))
    throw new DisplayError(
      `${device} is not an SPI device: set display.device to one such as "${USUAL_DEVICE}".`,
    );
  let file: FileHandle | null = null;
  try {
    file = await open(host.root + device, "r+");
    setUp(file.fd, options.bus_speed || fastest);
    return spiBus(file, openLines(options, host.root), host.clock);
  } catch (error) {
    await file?.close();
    throw deviceError(error, device);
  }
}

/** How plain writes go out. It holds for as long as the device is open. */
function setUp(fd: number, speedHz: number): void {
  ioctl(fd, SPI_IOC_WR_MODE, BYTE.of({ value: SPI_MODE_0 }));
  ioctl(fd, SPI_IOC_WR_BITS_PER_WORD, BYTE.of({ value: 8 }));
  ioctl(fd, SPI_IOC_WR_MAX_SPEED_HZ, WORD.of({ value: speedHz }));
}

export interface Lines {
  /** Low: what is sent is a command; high: its parameters, or data. */
  readonly dataCommand: OutputLine;
  /** Low resets the panel; null where it is not wired. */
  readonly reset: OutputLine | null;
}

function openLines(options: DisplayOptions, root: string): Lines {
  const { gpio_chip: chip, gpio_dc: dataCommand, gpio_reset: reset } = options;
  const output = (offset: number, value: 0 | 1) => {
    try {
      return outputLine(`${root}/dev/${chip}`, offset, value);
    } catch (error) {
      throw new DisplayError(
        `GPIO line ${offset} of ${chip} can't be used (${(error as NodeJS.ErrnoException).code}): check display.gpio_chip, display.gpio_dc and display.gpio_reset, and that no other program holds the line.`,
        { cause: error },
      );
    }
  };
  const lines = { dataCommand: output(dataCommand, 0) };
  try {
    return { ...lines, reset: reset < 0 ? null : output(reset, 1) };
  } catch (error) {
    lines.dataCommand.release();
    throw error;
  }
}

export function spiBus(wire: Wire, lines: Lines, clock: Clock): PanelBus {
  const send = async (level: 0 | 1, bytes: Uint8Array) => {
    lines.dataCommand.set(level);
    for (let from = 0; from < bytes.length; from += CHUNK)
      await wire.write(bytes.subarray(from, from + CHUNK));
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
      lines.reset.set(0);
      await wait(clock, 1);
      lines.reset.set(1);
      await wait(clock, 120);
    },
    async close() {
      await wire.close();
      lines.dataCommand.release();
      lines.reset?.release();
    },
  };
}
