import { DisplayError } from "../linux/errors.ts";
import { withKernel } from "../linux/with-kernel.ts";
import type { DriverName } from "./contract/display.ts";
import type { DisplayOptions, Host, OpenDriver, Opened } from "./contract/options.ts";
import { candidates } from "./detect.ts";

/** The registry of drivers. A driver's code, and the package that makes its calls, are loaded when it is opened. */
const DRIVERS: Readonly<Record<DriverName, () => Promise<{ readonly open: OpenDriver }>>> = {
  framebuffer: () => import("./drivers/framebuffer.ts"),
  drm: () => withKernel(() => import("./drivers/drm.ts")),
  ssd1306: () => withKernel(() => import("./drivers/ssd1306.ts")),
  sh1106: () => withKernel(() => import("./drivers/sh1106.ts")),
  st7789: () => withKernel(() => import("./drivers/st7789.ts")),
  ili9341: () => withKernel(() => import("./drivers/ili9341.ts")),
  png: () => import("./drivers/png.ts"),
  terminal: () => import("./drivers/terminal.ts"),
  led: () => import("./drivers/led.ts"),
  none: () => import("./drivers/none.ts"),
};

export interface OpenedDisplay extends Opened {
  /** What was taken and why, for the journal. */
  readonly reason: string;
}

/**
 * Opens the configured display; with `driver = "auto"` the best of those there are, and none where there is nothing.
 *
 * @throws {DisplayError} where the configured display can't be opened, or with `auto` none of those that are there
 */
export async function openDisplay(options: DisplayOptions, host: Host): Promise<OpenedDisplay> {
  const failures: string[] = [];
  for (const { driver, reason } of candidates(options, host)) {
    if (driver === "none" && failures[0] !== undefined) throw new DisplayError(failures[0]);
    try {
      const { open } = await DRIVERS[driver]();
      const { display, warnings } = await open(options, host);
      return { display, warnings: [...failures, ...warnings], reason };
    } catch (error) {
      if (options.driver !== "auto" || !(error instanceof DisplayError)) throw error;
      failures.push(error.message);
    }
  }
  throw new DisplayError("There is no display.");
}
