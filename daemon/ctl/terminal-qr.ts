import { create } from "qrcode";

/** White modules around the code (ISO/IEC 18004 §5.3.8). */
const QUIET_ZONE = 4;

/** Black on white whatever the terminal's own colours are (ECMA-48 §8.3.117; 107 is bright white, as in xterm). */
const BLACK_ON_WHITE = "\u001b[30;107m";
const RESET = "\u001b[0m";

/**
 * A QR code in half blocks, two modules a cell. Without colours the light modules are drawn, which is right on the
 * dark background that most terminals have.
 */
export function qrLines(url: string, colour: boolean): string[] {
  const { modules } = create(withShortForm(url), { errorCorrectionLevel: "M" });
  const dark = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < modules.size && y < modules.size && modules.get(y, x) === 1;
  const [none, upper, lower, both] = colour ? [" ", "▀", "▄", "█"] : ["█", "▄", "▀", " "];
  const lines: string[] = [];
  for (let y = -QUIET_ZONE; y < modules.size + QUIET_ZONE; y += 2) {
    let line = "";
    for (let x = -QUIET_ZONE; x < modules.size + QUIET_ZONE; x++)
      line += dark(x, y) ? (dark(x, y + 1) ? both : upper) : dark(x, y + 1) ? lower : none;
    lines.push(colour ? BLACK_ON_WHITE + line + RESET : line);
  }
  return lines;
}

/** Scheme and host are case-insensitive (RFC 3986 §6.2.2.1); in capitals they take fewer bits, hence a smaller code. */
function withShortForm(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]+/i, (start) => start.toUpperCase());
}
