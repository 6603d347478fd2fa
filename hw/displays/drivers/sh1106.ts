import { DisplayError } from "../../linux/errors.ts";
import { openI2c } from "../bus/i2c.ts";
import type { DisplayOptions, Host, Opened } from "../contract/options.ts";
import { type OledController, openOled } from "../parts/oled.ts";

/** The controller has 132 columns; modules of 128 use the middle ones. */
const FIRST_COLUMN = 2;

/**
 * A monochrome OLED of 128x64 pixels with the SH1106 on I2C.
 * @throws {DisplayError}
 */
export async function open(options: DisplayOptions, host: Host): Promise<Opened> {
  const width = options.width || 128;
  const height = options.height || 64;
  if (width !== 128 || height !== 64)
    throw new DisplayError(
      `There is no SH1106 panel of ${width}x${height} pixels: leave display.width and display.height at 0, or set them to 128 and 64.`,
    );
  return openOled(await openI2c(options, host), sh1106(), options, host);
}

/** Numbers are those of the SH1106 datasheet V2.3, "Command Descriptions"; POR values there. */
export function sh1106(): OledController {
  return {
    driver: "sh1106",
    width: 128,
    height: 64,
    init: [
      [0xae], // 11. Display OFF: nothing is seen of what follows
      [0xd5, 0x50], // 15. Set Display Clock: divide ratio 1, oscillator frequency as made (POR)
      [0xa8, 0x3f], // 9. Set Multiplex Ratio: 64 rows (POR)
      [0xd3, 0x00], // 14. Set Display Offset: none (POR)
      [0x40], // 4. Set Display Start Line: memory row 0 at the top (POR)
      [0xad, 0x8b], // 10. Set DC-DC: the panel's voltage comes from the chip itself
      [0x32], // 3. Set Pump voltage value: 8.0 V (POR)
      [0xa1], // 6. Set Segment Re-map: mirrored, as modules are wired
      [0xc8], // 13. Set Common Output Scan Direction: from the last row to the first, as modules are wired
      [0xda, 0x12], // 17. Set Common pads hardware configuration: alternative (POR)
      [0xd9, 0x22], // 16. Set Dis-charge and Pre-charge Period: 2 clocks each (POR)
      [0xdb, 0x35], // 18. Set VCOM Deselect Level: 0.77 of VREF (POR)
      [0xa4], // 7. Set Entire Display OFF: the display follows the memory (POR)
      [0xa6], // 8. Set Normal Display: 1 is lit (POR)
    ],
    async write(bus, x, page, width, bytes) {
      const first = FIRST_COLUMN + x;
      // The column does not go on into the next page: each page is addressed anew.
      for (let index = 0; index * width < bytes.length; index++) {
        await bus.command(
          0xb0 | (page + index), // 12. Set Page Address
          first & 0x0f, // 1. Set Lower Column Address
          0x10 | (first >> 4), // 2. Set Higher Column Address
        );
        await bus.data(bytes.subarray(index * width, (index + 1) * width));
      }
    },
  };
}
