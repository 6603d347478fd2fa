import { spawnSync } from "node:child_process";
import { PNG } from "pngjs";

/** What the QR code in a picture says, as ZBar reads it; null where it finds none. */
export function decodeQr(png: Buffer): string | null {
  const { stdout } = spawnSync("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "png:-"], {
    input: png,
    encoding: "utf8",
  });
  return stdout.trim() === "" ? null : stdout.trim();
}

/** Rows in which the colour of any pixel differs; every row where the sizes differ. */
export function differingRows(left: Buffer, right: Buffer): number {
  const [a, b] = [PNG.sync.read(left), PNG.sync.read(right)];
  if (a.width !== b.width || a.height !== b.height) return Number.POSITIVE_INFINITY;
  let rows = 0;
  for (let y = 0; y < a.height; y++) {
    const [from, to] = [y * a.width * 4, (y + 1) * a.width * 4];
    // Both are opaque throughout.
    if (a.data.compare(b.data, from, to, from, to) !== 0) rows += 1;
  }
  return rows;
}
