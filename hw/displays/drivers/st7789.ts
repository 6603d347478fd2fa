import { DisplayError } from "../../linux/errors.ts";
import { openSpi } from "../bus/spi.ts";
import type { DisplayOptions, Host, Opened } from "../contract/options.ts";
import { type DcsController, DcsSurface } from "../parts/dcs.ts";
import { displayOn } from "../parts/surface.ts";

/** Serial clock cycle for writing, 16 ns (ST7789VW datasheet 7.4.2, "Serial Interface Characteristics"). */
const FASTEST_HZ = 62_500_000;

/** The controller's memory. */
const COLUMNS = 240;
const ROWS = 320;

/**
 * A colour LCD with the ST7789 on SPI.
 * @throws {DisplayError}
 */
export async function open(options: DisplayOptions, host: Host): Promise<Opened> {
  const controller = st7789(options.width || 240, options.height || 240, options.pixel_format);
  const bus = await openSpi(options, host, FASTEST_HZ);
  const surface = new DcsSurface(bus, controller, options.device || "/dev/spidev0.0", host.clock);
  return { display: displayOn(surface, options), warnings: [] };
}

/** Sections and pages are those of the ST7789VW datasheet, version 1.0. */
export function st7789(width: number, height: number, format: DisplayOptions["pixel_format"]): DcsController {
  if (width > COLUMNS || height > ROWS || width > height)
    throw new DisplayError(
      `An ST7789 panel is upright and has ${COLUMNS}x${ROWS} pixels at most: set display.width and display.height to its size before rotation, e.g. 135 and 240, and display.rotate to 90.`,
    );
  return {
    driver: "st7789",
    width,
    height,
    // Smaller panels use the middle of the memory, but for square ones, which begin at its first row.
    column: Math.floor((COLUMNS - width) / 2),
    row: width === height ? 0 : Math.floor((ROWS - height) / 2),
    init: [
      [0x3a, 0x55], // 9.1.32 COLMOD, p. 224: 65K colours, 16 bits a pixel
      [0x36, format === "BGR565" ? 0x08 : 0x00], // 9.1.28 MADCTL, p. 215: from the top left in rows; order of red and blue
      [0x21], // 9.1.16 INVON, p. 190: these are IPS panels, whose colours are right when inverted
      [0x13], // 9.1.14 NORON, p. 187: the whole of the panel
    ],
  };
}
