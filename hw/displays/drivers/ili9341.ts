import { DisplayError } from "../../linux/errors.ts";
import { openSpi } from "../bus/spi.ts";
import type { DisplayOptions, Host, Opened } from "../contract/options.ts";
import { type DcsController, DcsSurface } from "../parts/dcs.ts";
import { displayOn } from "../parts/surface.ts";

/** Serial clock cycle for writing, 100 ns (ILI9341 datasheet 18.3.4, "Display Serial Interface Timing Characteristics"). */
const FASTEST_HZ = 10_000_000;

const WIDTH = 240;
const HEIGHT = 320;

/**
 * A colour LCD of 240x320 pixels with the ILI9341 on SPI.
 * @throws {DisplayError}
 */
export async function open(options: DisplayOptions, host: Host): Promise<Opened> {
  const width = options.width || WIDTH;
  const height = options.height || HEIGHT;
  if (width !== WIDTH || height !== HEIGHT)
    throw new DisplayError(
      `There is no ILI9341 panel of ${width}x${height} pixels: leave display.width and display.height at 0, and turn the picture with display.rotate.`,
    );
  const bus = await openSpi(options, host, FASTEST_HZ);
  const surface = new DcsSurface(
    bus,
    ili9341(options.pixel_format),
    options.device || "/dev/spidev0.0",
    host.clock,
  );
  return { display: displayOn(surface, options), warnings: [] };
}

/** MADCTL bits: columns from right to left, and blue before red, both as modules are wired. */
const MX = 0x40;
const BGR = 0x08;

/** Sections and pages are those of the ILI9341 datasheet, version 1.11. */
export function ili9341(format: DisplayOptions["pixel_format"]): DcsController {
  return {
    driver: "ili9341",
    width: WIDTH,
    height: HEIGHT,
    column: 0,
    row: 0,
    init: [
      [0xc0, 0x23], // 8.3 Power Control 1: grey level reference 4.60 V
      [0xc1, 0x10], // 8.3 Power Control 2: step-up factors as made
      [0xc5, 0x3e, 0x28], // 8.3 VCOM Control 1: high 4.25 V, low -1.5 V
      [0xc7, 0x86], // 8.3 VCOM Control 2: both moved by -58, against flicker
      [0x3a, 0x55], // 8.2.33 COLMOD, p. 134: 16 bits a pixel
      [0x36, format === "BGR565" ? MX : MX | BGR], // 8.2.29 Memory Access Control, p. 127
      [0xb1, 0x00, 0x1b], // 8.3.2 Frame Rate Control, p. 155: 70 Hz
      [0x26, 0x01], // 8.2.17 Gamma Set, p. 107: curve 1
      [0x20], // 8.2.15 Display Inversion OFF, p. 105
      [0x13], // 8.2.14 Normal Display Mode ON, p. 104: the whole of the panel
    ],
  };
}
