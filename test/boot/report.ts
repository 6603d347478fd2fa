import type { Timeline } from "./bench.ts";

export interface Row {
  readonly name: string;
  readonly failure: string | null;
  readonly seconds: number;
  readonly firstCode: Timeline | null;
  readonly notes: readonly string[];
}

/** The table of one run; the middle columns are seconds since the kernel's start. */
export function report(title: string, rows: readonly Row[]): string {
  const cells = [
    ["case", "result", "started", "ready", "QR read", "whole case", ""],
    ...rows.map(({ name, failure, seconds, firstCode, notes }) => [
      name,
      failure === null ? "ok" : "FAILED",
      ...(firstCode === null
        ? ["-", "-", "-"]
        : [firstCode.serviceStarted, firstCode.serviceReady, firstCode.codeRead].map(inSeconds)),
      inSeconds(seconds),
      notes.join(", "),
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column < 2
          ? cell.padEnd(widths[column] ?? 0)
          : column < 6
            ? cell.padStart(widths[column] ?? 0)
            : cell,
      )
      .join("  ")
      .trimEnd();
  const failed = rows.filter(({ failure }) => failure !== null).length;
  return [title, ...cells.map(line), `${rows.length - failed} passed, ${failed} failed`].join("\n");
}

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds < 100 ? 1 : 0)} s`;
}
