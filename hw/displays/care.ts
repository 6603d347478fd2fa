import type { Clock } from "../../daemon/clock.ts";
import type { Picture, PixelDisplay } from "./display.ts";

/** How often a picture that stands still is shown again, so that the surface can move it. */
const AGAIN_EVERY_MS = 60_000;
/** After so long a picture that stands still is dimmed. */
const DIM_AFTER_MS = 300_000;
/** Percent of the configured brightness that a dimmed picture keeps. */
const DIMMED = 25;

/** An OLED that lasts: what stands on it for long is shown again every minute, and dimmed after five. */
export function withCare(display: PixelDisplay, brightness: number, clock: Clock): PixelDisplay {
  let picture: Picture | null = null;
  let since = 0;
  let dimmed = false;
  let cancel = () => {};

  async function dim(to: boolean): Promise<void> {
    if (dimmed === to) return;
    dimmed = to;
    await display.setBrightness?.(to ? (brightness * DIMMED) / 100 : brightness);
  }

  function again(): void {
    cancel = clock.after(AGAIN_EVERY_MS, again);
    const standing = picture;
    if (standing === null) return;
    // A display that is lost says so to the next picture.
    display
      .show(standing)
      .then(() => dim(clock.elapsed() - since >= DIM_AFTER_MS))
      .catch(() => undefined);
  }

  function rest(): void {
    cancel();
    picture = null;
  }

  return {
    capabilities: display.capabilities,
    async show(next) {
      if (picture === null) cancel = clock.after(AGAIN_EVERY_MS, again);
      picture = next;
      since = clock.elapsed();
      await display.show(next);
      await dim(false);
    },
    async clear() {
      rest();
      await display.clear();
    },
    async close() {
      rest();
      await display.close();
    },
    async setBrightness(percent) {
      brightness = percent;
      dimmed = false;
      await display.setBrightness?.(percent);
    },
  };
}
