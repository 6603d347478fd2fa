import type { Rgb } from "../../hw/picture/picture.ts";

/** Shades between two colours; 16 are more than an eye can tell on text. */
const SHADES = 16;

/** A bitmap leaves the rest of the 256 colours to the shapes that are drawn after it. */
const MOST_COLOURS = 192;
/** Colours as near as this to each other, squared, need not both be in the palette. */
const SAME_COLOUR = 300;

/** The colours of a picture in the making. A pixel is the index of its colour; 0 is the background. */
export class Palette {
  readonly #colors: Rgb[];
  readonly #shaded: boolean;
  readonly #ramps: Map<string, Int16Array>;

  /** @param shaded false on one-bit panels: there is nothing between two colours */
  constructor(colors: readonly Rgb[], shaded: boolean, ramps: ReadonlyMap<string, Int16Array> = new Map()) {
    this.#colors = [...colors];
    this.#shaded = shaded;
    this.#ramps = new Map(ramps);
  }

  copy(): Palette {
    return new Palette(this.#colors, this.#shaded, this.#ramps);
  }

  get colors(): readonly Rgb[] {
    return this.#colors;
  }

  index(color: Rgb): number {
    const known = this.#colors.indexOf(color);
    if (known >= 0) return known;
    if (this.#colors.length === 256) throw new RangeError("more than 256 colours in one picture");
    return this.#colors.push(color) - 1;
  }

  /** The index of a colour of a bitmap, which may have more of them than there is room for. */
  nearest(color: Rgb): number {
    let [best, least] = [0, Infinity];
    this.#colors.forEach((known, index) => {
      const distance = [16, 8, 0].reduce(
        (sum, shift) => sum + (((known >> shift) & 0xff) - ((color >> shift) & 0xff)) ** 2,
        0,
      );
      if (distance < least) [best, least] = [index, distance];
    });
    return least > SAME_COLOUR && this.#colors.length < MOST_COLOURS ? this.index(color) : best;
  }

  /** What becomes of a pixel by how much of it is covered, 0 to 255: an index, or -1 where it stays as it is. */
  ramp(color: Rgb, on: Rgb): Int16Array {
    const key = `${color}/${on}`;
    let ramp = this.#ramps.get(key);
    if (ramp === undefined) {
      const steps = this.#shaded ? SHADES - 1 : 1;
      const shades = Array.from({ length: steps }, (_, step) =>
        this.index(mix(on, color, (step + 1) / steps)),
      );
      ramp = Int16Array.from(
        { length: 256 },
        (_, alpha) => shades[Math.round((alpha * steps) / 255) - 1] ?? -1,
      );
      this.#ramps.set(key, ramp);
    }
    return ramp;
  }
}

/** @param share of `to`, 0 to 1 */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (shift: number) => {
    const a = (from >> shift) & 0xff;
    const b = (to >> shift) & 0xff;
    return Math.round(a + (b - a) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}
