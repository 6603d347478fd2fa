import { type FileHandle, open } from "node:fs/promises";
import { DisplayError, deviceError } from "../../linux/errors.ts";
import { ioctl } from "../../linux/kernel.ts";
import type { DisplayOptions, Host } from "../contract/options.ts";
import type { PanelBus, Wire } from "./bus.ts";

/** Control bytes that begin a message (SSD1306 datasheet 8.1.5.2; SH1106 "I2C-bus Interface"): Co = 0, D/C# = 0 or 1. */
const COMMANDS = 0x00;
const DATA = 0x40;

/** Data bytes of one message: small enough for adapters with short FIFOs, and not to hold up others on the bus. */
const CHUNK = 128;

const USUAL_DEVICE = "/dev/i2c-1";

/** To which address what is written goes (include/uapi/linux/i2c-dev.h). A number of its own, not made by `_IOW`. */
const I2C_SLAVE = 0x0703;

/** The I2C bus that `display.device` names. Its speed is set where the bus is enabled. */
export async function openI2c(options: DisplayOptions, host: Host): Promise<PanelBus> {
  const device = options.device || USUAL_DEVICE;
  if (!/^\/dev\/i2c-\d+$/.test(device))
    throw new DisplayError(
      `${device} is not an I2C bus: set display.device to one such as "${USUAL_DEVICE}".`,
    );
  let file: FileHandle | null = null;
  try {
    file = await open(host.root + device, "r+");
    ioctl(file.fd, I2C_SLAVE, options.bus_address);
    return i2cBus(file);
  } catch (error) {
    await file?.close();
    throw deviceError(error, device);
  }
}

export function i2cBus(wire: Wire): PanelBus {
  return {
    async command(...codes) {
      await wire.write(Uint8Array.of(COMMANDS, ...codes));
    },
    async data(bytes) {
      for (let from = 0; from < bytes.length; from += CHUNK)
        await wire.write(Uint8Array.of(DATA, ...bytes.subarray(from, from + CHUNK)));
    },
    reset: async () => {},
    close: () => wire.close(),
  };
}
