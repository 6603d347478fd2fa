import { halfBlocks } from "../qr/half-blocks.ts";
import { qrMatrix, qrPayload } from "../qr/qr.ts";

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

/** A QR code of two modules a cell. Without colours it is right on a dark background, which most terminals have. */
export function terminalQr(url: string, colour: boolean): TerminalQr {
  const matrix = qrMatrix(qrPayload(url));
  const lines = halfBlocks(matrix, QUIET_ZONE);
  return {
    lines: colour ? lines.map((line) => WHITE_ON_BLACK + line + RESET) : lines,
    columns: matrix.size + 2 * QUIET_ZONE,
  };
}
