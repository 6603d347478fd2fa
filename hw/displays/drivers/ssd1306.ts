import { DisplayError } from "../../linux/errors.ts";
import { openI2c } from "../bus/i2c.ts";
import type { DisplayOptions, Host, Opened } from "../contract/options.ts";
import { type OledController, openOled } from "../parts/oled.ts";

/** Panels that are made: size, first column of their glass in the controller's 128, wiring of the rows. */
const PANELS = [
  { width: 128, height: 64, column: 0, comPins: 0x12 },
  { width: 128, height: 32, column: 0, comPins: 0x02 },
  { width: 96, height: 16, column: 0, comPins: 0x02 },
  { width: 72, height: 40, column: 28, comPins: 0x12 },
  { width: 64, height: 48, column: 32, comPins: 0x12 },
  { width: 64, height: 32, column: 32, comPins: 0x12 },
] as const;

/**
 * A monochrome OLED with the SSD1306 (and SSD1315, SSD1309) on I2C.
 * @throws {DisplayError}
 */
export async function open(options: DisplayOptions, host: Host): Promise<Opened> {
  const controller = ssd1306(options.width || 128, options.height || 64);
  return openOled(await openI2c(options, host), controller, options, host);
}

/** Sections are those of the SSD1306 datasheet, revision 1.1; RESET values there. */
export function ssd1306(width: number, height: number): OledController {
  const panel = PANELS.find((known) => known.width === width && known.height === height);
  if (panel === undefined)
    throw new DisplayError(
      `There is no SSD1306 panel of ${width}x${height} pixels: set display.width and display.height to one of ${PANELS.map((known) => `${known.width}x${known.height}`).join(", ")}.`,
    );
  return {
    driver: "ssd1306",
    width,
    height,
    init: [
      [0xae], // 10.1.12 Set Display OFF: nothing is seen of what follows
      [0xd5, 0x80], // 10.1.16 Set Display Clock: divide ratio 1, oscillator frequency 8 (RESET), about 370 kHz
      [0xa8, height - 1], // 10.1.11 Set Multiplex Ratio: rows of the panel, less one
      [0xd3, 0x00], // 10.1.15 Set Display Offset: none
      [0x40], // 10.1.6 Set Display Start Line: memory row 0 at the top
      [0x8d, 0x14], // Application note, "Charge Pump Setting", p. 62: the 7.5 V come from the chip itself
      [0x20, 0x00], // 10.1.3 Set Memory Addressing Mode: horizontal, on into the next page at the end of a row
      [0xa1], // 10.1.8 Set Segment Re-map: column 127 is SEG0, as modules are wired
      [0xc8], // 10.1.14 Set COM Output Scan Direction: from the last row to the first, as modules are wired
      [0xda, panel.comPins], // 10.1.18 Set COM Pins Hardware Configuration: alternative or sequential
      [0xd9, 0xf1], // 10.1.17 Set Pre-charge Period: phase 1 of 1 clock, phase 2 of 15, for the charge pump
      [0xdb, 0x30], // 10.1.19 Set VCOMH Deselect Level: 0.83 of VCC, the widest range of contrast
      [0xa4], // 10.1.9 Entire Display ON: off, the display follows the memory
      [0xa6], // 10.1.10 Set Normal Display: 1 is lit
      [0x2e], // 10.2.3 Deactivate scroll: one may still run from before
    ],
    async write(bus, x, page, width, bytes) {
      const first = panel.column + x;
      await bus.command(0x21, first, first + width - 1); // 10.1.4 Set Column Address
      await bus.command(0x22, page, page + bytes.length / width - 1); // 10.1.5 Set Page Address
      await bus.data(bytes);
    },
  };
}
