import { halfBlocks } from "../qr/half-blocks.ts";
import { type QrMatrix, qrMatrix, qrPayload } from "../qr/qr.ts";
import type { Output } from "./context.ts";
import { rowsOf } from "./full-screen.ts";

/** White modules around the code (ISO/IEC 18004 §9.1). */
const QUIET_ZONE = 4;

/** Bright white on black, whatever the terminal's own colours are (ECMA-48 §8.3.117; 97 as in xterm). */
const WHITE_ON_BLACK = "\u001b[97;40m";
const RESET = "\u001b[0m";

export interface TerminalQr {
  readonly lines: readonly string[];
  /** Cells of every line. */
  readonly columns: number;
}

/** Swaps what is light and what is dark, on the oldest of terminals as well (ECMA-48 §8.3.117). */
const [REVERSED, AS_IT_WAS] = ["\u001b[7m", "\u001b[27m"];

/**
 * A QR code of two modules a cell, or in ASCII of two cells a module. Without colours it is right on a dark background,
 * which most terminals have.
 */
export function terminalQr(url: string, { colour, utf8, terminal }: Output): TerminalQr {
  const matrix = qrMatrix(qrPayload(url));
  if (!utf8) return asciiQr(matrix, terminal);
  const lines = halfBlocks(matrix, QUIET_ZONE);
  return {
    lines: colour ? lines.map((line) => WHITE_ON_BLACK + line + RESET) : lines,
    columns: matrix.size + 2 * QUIET_ZONE,
  };
}

/**
 * What size of terminal has room for a code and the lines beneath it; null where this one has. A code that is folded or
 * has scrolled off can't be scanned.
 */
export function roomWanted(
  { lines, columns }: TerminalQr,
  beneath: readonly string[],
  out: Output,
): string | null {
  const rows = lines.length + beneath.reduce((sum, line) => sum + rowsOf(line, out.columns), 0);
  if (rows <= out.rows && columns <= out.columns) return null;
  return `A terminal of ${columns} x ${rows} has room for the QR code.`;
}

function asciiQr(matrix: QrMatrix, terminal: boolean): TerminalQr {
  const light = terminal ? `${REVERSED}  ${AS_IT_WAS}` : "##";
  const side = matrix.size + 2 * QUIET_ZONE;
  const within = (at: number) => at >= 0 && at < matrix.size;
  const dark = (x: number, y: number) => within(x) && within(y) && matrix.dark(x, y);
  const line = (_: unknown, y: number) =>
    Array.from({ length: side }, (_, x) => (dark(x - QUIET_ZONE, y - QUIET_ZONE) ? "  " : light)).join("");
  return { lines: Array.from({ length: side }, line), columns: 2 * side };
}
