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

/** Whether two pictures are the same in every pixel's colour. */
export function samePicture(left: Buffer, right: Buffer): boolean {
  const [a, b] = [PNG.sync.read(left), PNG.sync.read(right)];
  if (a.width !== b.width || a.height !== b.height) return false;
  for (let at = 0; at < a.data.length; at += 4)
    if (a.data.readUIntBE(at, 3) !== b.data.readUIntBE(at, 3)) return false;
  return true;
}
