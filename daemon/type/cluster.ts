import type { Path } from "./glyphs.ts";

/**
 * The smallest piece of a name that may be left out when the name is shortened: what a reader takes for one
 * character. In logical order; `level` says how it is laid out (Unicode Standard Annex #9: even is left to right).
 */
export interface Cluster {
  readonly text: string;
  readonly level: number;
  /** From an installed font; null where the shipped faces draw `text`. */
  readonly drawn: Outlined | Pictured | null;
}

interface Drawn {
  readonly unitsPerEm: number;
  readonly advance: number;
}

export interface Outlined extends Drawn {
  readonly kind: "outline";
  readonly path: Path;
}

export interface Pictured extends Drawn {
  readonly kind: "bitmap";
  readonly bitmap: Bitmap;
}

/** A picture in place of a glyph: what a font of emoji is made of. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** Pixels from the pen to the left column. */
  readonly left: number;
  /** Pixels from the baseline up to the top row. */
  readonly top: number;
  /** Red, green, blue and alpha, a byte each, row by row; colours not multiplied by alpha. */
  readonly rgba: Uint8Array;
  /** The picture `scale` times as large. */
  resized(scale: number): Bitmap;
}

/** Visual order: from the highest level down, every stretch at that level or above is reversed (UAX #9, rule L2). */
export function visualOrder<T extends { readonly level: number }>(clusters: readonly T[]): T[] {
  const order = [...clusters];
  const highest = Math.max(0, ...order.map(({ level }) => level));
  for (let level = highest; level > 0; level--) {
    for (let start = 0; start < order.length; start++) {
      if ((order[start]?.level ?? 0) < level) continue;
      let end = start;
      while (end < order.length && (order[end]?.level ?? 0) >= level) end++;
      order.splice(start, end - start, ...order.slice(start, end).reverse());
      start = end;
    }
  }
  return order;
}
