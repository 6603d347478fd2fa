import type { Picture, Rgb } from "../../hw/picture/picture.ts";
import { type Bitmap, resized } from "../type/bitmap.ts";
import type { Path } from "../type/glyphs.ts";
import { type Coverage, fill } from "../type/raster.ts";
import { disc } from "./symbols.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const DISC = disc(0, 0, 1);

/** Shades between two colours; 16 are more than an eye can tell on text. */
const SHADES = 16;

/** A bitmap leaves the rest of the 256 colours to the shapes that are drawn after it. */
const MOST_COLOURS = 192;
/** Colours as near as this to each other, squared, need not both be in the palette. */
const SAME_COLOUR = 300;

/**
 * A picture in the making: palette indices, so that it takes one byte a pixel however large the panel. Shapes are
 * drawn on a background whose colour the caller knows, since shades are palette entries and not mixtures.
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #antialias: boolean;
  readonly #pixels: Uint8Array;
  readonly #palette: Rgb[];
  readonly #ramps = new Map<string, Uint8Array>();

  /** @param antialias false on one-bit panels: a pixel is set where a shape covers at least half of it */
  constructor(width: number, height: number, background: Rgb, antialias: boolean) {
    this.width = width;
    this.height = height;
    this.#antialias = antialias;
    this.#pixels = new Uint8Array(width * height);
    this.#palette = [background];
  }

  /** The same picture, to be drawn on without this one. */
  copy(): Canvas {
    const copy = new Canvas(this.width, this.height, this.#palette[0] ?? 0, this.#antialias);
    copy.#pixels.set(this.#pixels);
    copy.#palette.push(...this.#palette.slice(1));
    for (const [key, ramp] of this.#ramps) copy.#ramps.set(key, ramp);
    return copy;
  }

  picture(): Picture {
    return { width: this.width, height: this.height, pixels: this.#pixels, palette: this.#palette };
  }

  rectangle({ x, y, width, height }: Box, color: Rgb): void {
    const index = this.#index(color);
    const left = clamp(x, 0, this.width);
    const right = clamp(x + width, left, this.width);
    for (let row = clamp(y, 0, this.height); row < Math.min(y + height, this.height); row++)
      this.#pixels.fill(index, row * this.width + left, row * this.width + right);
  }

  /** A rectangle with round corners on a background of one colour. */
  rounded(box: Box, radius: number, color: Rgb, on: Rgb): void {
    const r = Math.min(radius, Math.floor(Math.min(box.width, box.height) / 2));
    if (r < 1) {
      this.rectangle(box, color);
      return;
    }
    // Four discs of which one quarter each stays in sight.
    for (const x of [box.x + r, box.x + box.width - r])
      for (const y of [box.y + r, box.y + box.height - r]) this.path(DISC, r, { x, y }, color, on);
    this.rectangle({ ...box, y: box.y + r, height: box.height - 2 * r }, color);
    this.rectangle({ x: box.x + r, y: box.y, width: box.width - 2 * r, height: box.height }, color);
  }

  /** Fills a path whose origin lies at `at`; see `fill` for the units. */
  path(path: Path, scale: number, at: { readonly x: number; readonly y: number }, color: Rgb, on: Rgb): void {
    const x = Math.floor(at.x);
    // Quarters of a pixel: finer steps can't be seen, and text keeps its rhythm.
    const shift = this.#antialias ? Math.round((at.x - x) * 4) / 4 : 0;
    this.#cover(
      fill(path, scale, shift),
      this.#antialias ? x : Math.round(at.x),
      Math.round(at.y),
      color,
      on,
    );
  }

  /** Sets each pixel of a grid that `isSet` names, its left top at `at`. */
  dots(
    at: { readonly x: number; readonly y: number },
    size: { readonly width: number; readonly height: number; readonly unit: number },
    isSet: (x: number, y: number) => boolean,
    color: Rgb,
  ): void {
    for (let y = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++)
        if (isSet(x, y))
          this.rectangle(
            { x: at.x + x * size.unit, y: at.y + y * size.unit, width: size.unit, height: size.unit },
            color,
          );
  }

  /** Draws a picture whose pen and baseline are at `at`. */
  bitmap(bitmap: Bitmap, scale: number, at: { readonly x: number; readonly y: number }, on: Rgb): void {
    const { width, height, left, top, rgba } = resized(bitmap, scale);
    const nearest = new Map<Rgb, number>();
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const [x, y] = [Math.round(at.x) + left + column, at.y - top + row];
        if (x < 0 || y < 0 || x >= this.width || y >= this.height) continue;
        const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(4 * (row * width + column));
        const color = mix(on, (red << 16) | (green << 8) | blue, alpha / 255);
        const index = nearest.get(color) ?? this.#nearest(color);
        nearest.set(color, index);
        this.#pixels[y * this.width + x] = index;
      }
  }

  #cover(coverage: Coverage, x: number, y: number, color: Rgb, on: Rgb): void {
    const ramp = this.#ramp(color, on);
    const onBackground = on === this.#palette[0];
    const left = x + coverage.left;
    const top = y + coverage.top;
    for (let row = Math.max(0, -top); row < coverage.height && top + row < this.height; row++)
      for (let column = Math.max(0, -left); column < coverage.width && left + column < this.width; column++) {
        const alpha = coverage.alpha[row * coverage.width + column] ?? 0;
        const shade = this.#antialias
          ? Math.round((alpha * (SHADES - 1)) / 255)
          : alpha >= 128
            ? SHADES - 1
            : 0;
        const pixel = (top + row) * this.width + left + column;
        // What is drawn on another colour than the picture's own does not reach beyond that colour.
        if (shade > 0 && (onBackground || this.#pixels[pixel] !== 0)) this.#pixels[pixel] = ramp[shade] ?? 0;
      }
  }

  #index(color: Rgb): number {
    const known = this.#palette.indexOf(color);
    if (known >= 0) return known;
    if (this.#palette.length === 256) throw new RangeError("more than 256 colours in one picture");
    return this.#palette.push(color) - 1;
  }

  /** A bitmap may have more colours than there is room for. */
  #nearest(color: Rgb): number {
    let [best, least] = [0, Infinity];
    this.#palette.forEach((known, index) => {
      const distance = [16, 8, 0].reduce(
        (sum, shift) => sum + (((known >> shift) & 0xff) - ((color >> shift) & 0xff)) ** 2,
        0,
      );
      if (distance < least) [best, least] = [index, distance];
    });
    return least > SAME_COLOUR && this.#palette.length < MOST_COLOURS ? this.#index(color) : best;
  }

  #ramp(color: Rgb, on: Rgb): Uint8Array {
    const key = `${color}/${on}`;
    let ramp = this.#ramps.get(key);
    if (ramp === undefined) {
      ramp = Uint8Array.from({ length: SHADES }, (_, shade) =>
        this.#antialias || shade === SHADES - 1 ? this.#index(mix(on, color, shade / (SHADES - 1))) : 0,
      );
      this.#ramps.set(key, ramp);
    }
    return ramp;
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (shift: number) => {
    const a = (from >> shift) & 0xff;
    const b = (to >> shift) & 0xff;
    return Math.round(a + (b - a) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}
