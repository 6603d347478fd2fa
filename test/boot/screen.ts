import { spawnSync } from "node:child_process";
import { PNG } from "pngjs";

/** What the QR code in a picture says, as ZBar reads it; null where it finds none. */
export function decodeQr(picture: Buffer): string | null {
  const { stdout } = spawnSync("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "-"], {
    input: picture,
    encoding: "utf8",
  });
  return stdout.trim() === "" ? null : stdout.trim();
}

/**
 * Rows in which the colour of any pixel differs; every row where the sizes differ.
 * @param tolerance how far a channel may be off, of 255
 */
export function differingRows(left: Buffer, right: Buffer, tolerance = 0): number {
  const [a, b] = [PNG.sync.read(left), PNG.sync.read(right)];
  if (a.width !== b.width || a.height !== b.height) return Number.POSITIVE_INFINITY;
  let rows = 0;
  for (let y = 0; y < a.height; y++) {
    // Four bytes a pixel; both pictures are opaque throughout.
    const [from, to] = [y * a.width * 4, (y + 1) * a.width * 4];
    const [one, other] = [a.data.subarray(from, to), b.data.subarray(from, to)];
    if (one.equals(other)) continue;
    if (one.some((value, index) => Math.abs(value - (other[index] ?? 0)) > tolerance)) rows += 1;
  }
  return rows;
}
