/** The current code as a picture: SVG for pages, pixels for other screens. */
import type { Picture } from "../../hw/picture/picture.ts";
import { qrMatrix, qrPayload } from "../qr/qr.ts";

/** White modules around the code (ISO/IEC 18004 §9.1). */
const QUIET_ZONE = 4;

/** The link's code as one path, black on white. */
export function qrSvg(link: string): string {
  const { size, dark } = qrMatrix(qrPayload(link));
  let path = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const start = x;
      while (x < size && dark(x, y)) x++;
      if (x > start) path += `M${start + QUIET_ZONE} ${y + QUIET_ZONE}h${x - start}v1h-${x - start}z`;
    }
  }
  const full = size + 2 * QUIET_ZONE;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${full} ${full}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${full}v${full}H0z"/><path d="${path}"/></svg>`
  );
}

/** The link's code at `scale` pixels a module. */
export function qrPicture(link: string, scale: number): Picture {
  const { size, dark } = qrMatrix(qrPayload(link));
  const width = (size + 2 * QUIET_ZONE) * scale;
  const pixels = new Uint8Array(width * width);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!dark(x, y)) continue;
      for (let row = 0; row < scale; row++) {
        const start = ((y + QUIET_ZONE) * scale + row) * width + (x + QUIET_ZONE) * scale;
        pixels.fill(1, start, start + scale);
      }
    }
  }
  return { width, height: width, pixels, palette: [0xffffff, 0x000000] };
}
