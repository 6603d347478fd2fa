import { BITS_PER_PIXEL, rowBytes } from "../../picture/formats.ts";
import type { PixelFormat } from "../../picture/picture.ts";
import type { DriverName, PixelCapabilities } from "../contract/display.ts";

/** A panel's controller, and the pixels that its glass shows of it. */
export interface PanelController {
  readonly driver: DriverName;
  readonly width: number;
  readonly height: number;
}

/** What a panel on a slow bus can do, before rotation. Such a bus tells nothing, the glass's size included. */
export function panelCapabilities(
  { driver, width, height }: PanelController,
  device: string,
  format: PixelFormat,
): PixelCapabilities {
  return {
    driver,
    device,
    name: driver.toUpperCase(),
    surface: "pixels",
    width,
    height,
    format,
    stride: rowBytes(format, width),
    monochrome: BITS_PER_PIXEL[format] === 1,
    refresh: "slow",
    physical: null,
  };
}
