import { cellWidth } from "../core/cell-width.ts";
import type { Output } from "./context.ts";

/** xterm's alternate screen (DEC private mode 1049): what was on the terminal comes back when it is left. */
const ENTER = "\u001b[?1049h";
const LEAVE = "\u001b[H\u001b[J\u001b[?1049l";
const CLEAR = "\u001b[H\u001b[J";

/**
 * The terminal as one picture that is kept in step: nothing old stays on it or is left behind when it closes, so that
 * nobody scans a code that has ended. Long lines go on in the next row, and can be selected as one.
 */
export class FullScreen {
  readonly #out: Output;
  #shown: readonly string[] | null = null;
  /** Of the terminal when `#shown` was drawn; what it does to the picture when that changes, each does differently. */
  #size = "";

  constructor(out: Output) {
    this.#out = out;
  }

  /** Shows these lines and no others. Only lines that differ are written: a serial console is slow. */
  show(lines: readonly string[]): void {
    const { columns, rows } = this.#out;
    const size = `${columns} x ${rows}`;
    if (this.#shown === null) this.#out.write(ENTER);
    const changes = size === this.#size ? changed(this.#shown ?? [], lines, columns) : null;
    this.#out.write(changes ?? CLEAR + lines.join("\n"));
    this.#shown = lines;
    this.#size = size;
  }

  close(): void {
    if (this.#shown !== null) this.#out.write(LEAVE);
    this.#shown = null;
  }
}

/** What turns one picture into the other; null where more than single rows differ. */
function changed(before: readonly string[], lines: readonly string[], columns: number): string | null {
  if (before.length !== lines.length) return null;
  let text = "";
  let row = 1;
  for (const [at, line] of lines.entries()) {
    const rows = rowsOf(line, columns);
    if (line !== before[at]) {
      if (Math.max(rows, rowsOf(before[at] ?? "", columns)) > 1) return null;
      text += `\u001b[${row};1H\u001b[K${line}`;
    }
    row += rows;
  }
  return text;
}

/** Rows that a line takes in a terminal of so many columns; what style it is in takes none. */
export function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(cellWidth(line.replace(/\u001b\[[\d;]*m/g, "")) / columns));
}
