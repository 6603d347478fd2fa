import type { QrMatrix } from "./qr.ts";

/** @param quiet modules of white on every side */
export function halfBlocks(matrix: QrMatrix, quiet: number): string[] {
  const side = matrix.size + 2 * quiet;
  const light = (x: number, y: number) => {
    if (y >= side) return false;
    const [column, row] = [x - quiet, y - quiet];
    const within = column >= 0 && row >= 0 && column < matrix.size && row < matrix.size;
    return !within || !matrix.dark(column, row);
  };
  return Array.from({ length: Math.ceil(side / 2) }, (_, row) =>
    Array.from({ length: side }, (_, x) => {
      const [upper, lower] = [light(x, row * 2), light(x, row * 2 + 1)];
      return upper ? (lower ? "█" : "▀") : lower ? "▄" : " ";
    }).join(""),
  );
}
