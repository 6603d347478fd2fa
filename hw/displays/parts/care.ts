import type { Clock } from "../../../daemon/core/clock.ts";
import type { Picture } from "../../picture/picture.ts";
import type { PixelDisplay } from "../contract/display.ts";
import { whileShown } from "./standing.ts";

/** How long a picture stays on the same pixels: lit ones age, and an edge that never moves burns in. */
const SHIFT_EVERY_MS = 60_000;
/** After so long a picture that stands still is dimmed. */
const DIM_AFTER_MS = 300_000;
/** Percent of the configured brightness that a dimmed picture keeps. */
const DIMMED = 25;

/** Where a picture goes next: round a square of one pixel, too little to see and within any quiet zone. */
const ORBIT: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

/** An OLED that lasts: its picture moves by a pixel every minute, and is dimmed when it has stood for five. */
export function withCare(display: PixelDisplay, brightness: number, clock: Clock): PixelDisplay {
  let step = 0;
  let since = 0;
  let dimmed = false;

  async function dim(to: boolean): Promise<void> {
    if (dimmed === to) return;
    dimmed = to;
    await display.setBrightness?.(to ? (brightness * DIMMED) / 100 : brightness);
  }

  const wandering: PixelDisplay = {
    ...display,
    show: (picture) => display.show(shifted(picture, ...(ORBIT[step] ?? [0, 0]))),
  };
  const kept = whileShown(wandering, SHIFT_EVERY_MS, clock, async (picture) => {
    step = (step + 1) % ORBIT.length;
    await wandering.show(picture);
    await dim(clock.elapsed() - since >= DIM_AFTER_MS);
  });

  return {
    ...kept,
    async show(next) {
      since = clock.elapsed();
      await kept.show(next);
      await dim(false);
    },
    ...(display.setBrightness && {
      async setBrightness(percent: number) {
        brightness = percent;
        dimmed = false;
        await display.setBrightness?.(percent);
      },
    }),
  };
}

/** The picture moved right and down; what that uncovers is filled with what is at its edge. */
function shifted(picture: Picture, right: number, down: number): Picture {
  if (right === 0 && down === 0) return picture;
  const { width, height } = picture;
  const pixels = new Uint8Array(picture.pixels.length);
  for (let y = 0; y < height; y++) {
    const row = Math.max(0, y - down) * width;
    pixels.fill(picture.pixels[row] ?? 0, y * width, y * width + right);
    pixels.set(picture.pixels.subarray(row, row + width - right), y * width + right);
  }
  return { ...picture, pixels };
}
