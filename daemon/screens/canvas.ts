import type { Picture, Rgb } from "../../hw/picture/picture.ts";
import type { Bitmap } from "../type/cluster.ts";
import type { Path } from "../type/glyphs.ts";
import { fill } from "../type/raster.ts";
import { mix, Palette } from "./palette.ts";
import { disc } from "./symbols.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const DISC = disc(0, 0, 1);

/**
 * A picture in the making: palette indices, so that it takes one byte a pixel however large the panel. Shapes are
 * drawn on a background whose colour the caller knows, since shades are palette entries and not mixtures.
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #background: Rgb;
  readonly #antialias: boolean;
  readonly #pixels: Uint8Array;
  #palette: Palette;

  /**
   * @param antialias false on one-bit panels: a pixel is set where a shape covers at least half of it
   * @param worn a canvas that nobody looks at any more: where it is as large, its memory is taken over
   */
  constructor(
    width: number,
    height: number,
    background: Rgb,
    antialias: boolean,
    worn: Canvas | null = null,
  ) {
    this.width = width;
    this.height = height;
    this.#background = background;
    this.#antialias = antialias;
    const size = width * height;
    this.#pixels =
      worn !== null && worn.#pixels.length === size ? worn.#pixels.fill(0) : new Uint8Array(size);
    this.#palette = new Palette([background], antialias);
  }

  /** The same picture, to be drawn on without this one. @param worn as for the constructor */
  copy(worn: Canvas | null): Canvas {
    const copy = new Canvas(this.width, this.height, this.#background, this.#antialias, worn);
    copy.#pixels.set(this.#pixels);
    copy.#palette = this.#palette.copy();
    return copy;
  }

  picture(): Picture {
    return { width: this.width, height: this.height, pixels: this.#pixels, palette: this.#palette.colors };
  }

  rectangle({ x, y, width, height }: Box, color: Rgb): void {
    const index = this.#palette.index(color);
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
    const [originX, originY] = [this.#antialias ? x : Math.round(at.x), Math.round(at.y)];
    const ramp = this.#palette.ramp(color, on);
    // What is drawn on another colour than the picture's own does not reach beyond that colour.
    const everywhere = on === this.#background;
    const { width, height } = this;
    const pixels = this.#pixels;
    fill(path, scale, shift, (left, right, top, alpha) => {
      const index = ramp[alpha] as number;
      const y = originY + top;
      if (index < 0 || y < 0 || y >= height) return;
      let from = originX + left;
      let to = originX + right;
      if (from < 0) from = 0;
      if (to > width) to = width;
      from += y * width;
      to += y * width;
      // Most spans are the one pixel of an edge.
      if (everywhere && to - from > 1) pixels.fill(index, from, to);
      else for (; from < to; from++) if (everywhere || pixels[from] !== 0) pixels[from] = index;
    });
  }

  /** Sets each pixel of a grid that `isSet` names, its left top at `at`. */
  dots(
    at: { readonly x: number; readonly y: number },
    size: { readonly width: number; readonly height: number; readonly unit: number },
    isSet: (x: number, y: number) => boolean,
    color: Rgb,
  ): void {
    const { width, height, unit } = size;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const start = x;
        while (x < width && isSet(x, y)) x++;
        if (x > start)
          this.rectangle(
            { x: at.x + start * unit, y: at.y + y * unit, width: (x - start) * unit, height: unit },
            color,
          );
      }
  }

  /** Draws a picture whose pen and baseline are at `at`. */
  bitmap(bitmap: Bitmap, scale: number, at: { readonly x: number; readonly y: number }, on: Rgb): void {
    const { width, height, left, top, rgba } = bitmap.resized(scale);
    const nearest = new Map<Rgb, number>();
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const [x, y] = [Math.round(at.x) + left + column, at.y - top + row];
        if (x < 0 || y < 0 || x >= this.width || y >= this.height) continue;
        const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(4 * (row * width + column));
        const color = mix(on, (red << 16) | (green << 8) | blue, alpha / 255);
        const index = nearest.get(color) ?? this.#palette.nearest(color);
        nearest.set(color, index);
        this.#pixels[y * this.width + x] = index;
      }
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
