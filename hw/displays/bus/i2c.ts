import { DisplayError, deviceError } from "../../linux/errors.ts";
import type { DriverName } from "../contract/display.ts";
import type { DisplayOptions, Host } from "../contract/options.ts";
import { binding } from "./binding.ts";
import type { PanelBus } from "./bus.ts";
import { checkNode } from "./node.ts";

/** Control bytes that begin a message (SSD1306 datasheet 8.1.5.2; SH1106 "I2C-bus Interface"): Co = 0, D/C# = 0 or 1. */
const COMMANDS = 0x00;
const DATA = 0x40;

/** Data bytes of one message: small enough for adapters with short FIFOs, and not to hold up others on the bus. */
const CHUNK = 128;

const USUAL_DEVICE = "/dev/i2c-1";

/** The I2C bus that `display.device` names, by the package i2c-bus. Its speed is set where the bus is enabled. */
export async function openI2c(options: DisplayOptions, host: Host, driver: DriverName): Promise<PanelBus> {
  const device = options.device || USUAL_DEVICE;
  const number = /^\/dev\/i2c-(\d+)$/.exec(device)?.[1];
  if (number === undefined)
    throw new DisplayError(
      `${device} is not an I2C bus: set display.device to one such as "${USUAL_DEVICE}".`,
    );
  await checkNode(host.root, device);
  const i2c = await binding(() => import("i2c-bus"), "i2c-bus", driver);
  try {
    return i2cBus(await i2c.openPromisified(Number(number)), options.bus_address);
  } catch (error) {
    throw deviceError(error, device);
  }
}

/** The part of i2c-bus's promised bus that is used. */
export interface I2c {
  i2cWrite(address: number, length: number, buffer: Buffer): Promise<unknown>;
  close(): Promise<void>;
}

export function i2cBus(bus: I2c, address: number): PanelBus {
  const write = async (message: Buffer) => {
    await bus.i2cWrite(address, message.length, message);
  };
  return {
    command: (...codes) => write(Buffer.from([COMMANDS, ...codes])),
    async data(bytes) {
      for (let from = 0; from < bytes.length; from += CHUNK)
        await write(Buffer.from([DATA, ...bytes.subarray(from, from + CHUNK)]));
    },
    reset: async () => {},
    close: () => bus.close(),
  };
}
