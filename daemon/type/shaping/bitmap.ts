import type { Bitmap } from "../cluster.ts";

/** A picture as a font has it. */
export class FontBitmap implements Bitmap {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly rgba: Uint8Array;

  constructor({ width, height, left, top }: Omit<Bitmap, "rgba" | "resized">, rgba: Uint8Array) {
    this.width = width;
    this.height = height;
    this.left = left;
    this.top = top;
    this.rgba = rgba;
  }

  /**
   * Each pixel is the mean of the square around its middle, which is one pixel of the original wide at least, so that a
   * larger picture gets soft and not blocky.
   */
  resized(scale: number): FontBitmap {
    const columns = spans(this.width, Math.max(1, Math.round(this.width * scale)));
    const rows = spans(this.height, Math.max(1, Math.round(this.height * scale)));
    const out = new Uint8Array(columns.length * rows.length * 4);
    let at = 0;
    for (const row of rows)
      for (const column of columns) {
        let [red, green, blue, alpha] = [0, 0, 0, 0];
        row.forEach((tall, down) => {
          column.forEach((wide, right) => {
            const from = 4 * (down * this.width + right);
            const weight = tall * wide * (this.rgba[from + 3] ?? 0);
            red += weight * (this.rgba[from] ?? 0);
            green += weight * (this.rgba[from + 1] ?? 0);
            blue += weight * (this.rgba[from + 2] ?? 0);
            alpha += weight;
          });
        });
        if (alpha > 0) out.set([red / alpha, green / alpha, blue / alpha, alpha], at);
        at += 4;
      }
    const metrics = {
      width: columns.length,
      height: rows.length,
      left: Math.round(this.left * scale),
      top: Math.round(this.top * scale),
    };
    return new FontBitmap(metrics, out);
  }
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
