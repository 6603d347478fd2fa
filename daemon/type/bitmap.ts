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
}

/**
 * The picture in another size: each pixel is the mean of the square around its middle, which is one pixel of the
 * original wide at least, so that a larger picture gets soft and not blocky.
 */
export function resized({ width, height, left, top, rgba }: Bitmap, scale: number): Bitmap {
  const columns = spans(width, Math.max(1, Math.round(width * scale)));
  const rows = spans(height, Math.max(1, Math.round(height * scale)));
  const out = new Uint8Array(columns.length * rows.length * 4);
  let at = 0;
  for (const row of rows)
    for (const column of columns) {
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      row.forEach((tall, down) => {
        column.forEach((wide, right) => {
          const from = 4 * (down * width + right);
          const weight = tall * wide * (rgba[from + 3] ?? 0);
          red += weight * (rgba[from] ?? 0);
          green += weight * (rgba[from + 1] ?? 0);
          blue += weight * (rgba[from + 2] ?? 0);
          alpha += weight;
        });
      });
      if (alpha > 0) out.set([red / alpha, green / alpha, blue / alpha, alpha], at);
      at += 4;
    }
  return {
    width: columns.length,
    height: rows.length,
    left: Math.round(left * scale),
    top: Math.round(top * scale),
    rgba: out,
  };
}

/** For each new pixel of one axis: the old ones that it is made of, and their shares, which are 1 together. */
function spans(from: number, to: number): Map<number, number>[] {
  const step = from / to;
  const reach = Math.max(1, step) / 2;
  return Array.from({ length: to }, (_, index) => {
    const middle = (index + 0.5) * step;
    const [start, end] = [Math.max(0, middle - reach), Math.min(from, middle + reach)];
    const shares = new Map<number, number>();
    for (let old = Math.floor(start); old < end; old++)
      shares.set(old, (Math.min(end, old + 1) - Math.max(start, old)) / (end - start));
    return shares;
  });
}
