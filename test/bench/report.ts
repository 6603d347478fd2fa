/** A benchmark's rows as people read them. */
import { DIGITS, type Figure, type Row } from "./bench.ts";

/** @param last the figure as it was recorded last, by subject and column; null where it was not */
export function table(
  columns: readonly string[],
  rows: readonly Row[],
  last: (subject: string, column: string) => number | null,
): string {
  const heading = rows.some(({ figures }) => figures.some((figure) => figure?.most !== undefined))
    ? "goal"
    : "";
  const cells = [
    ["", ...columns, heading],
    ...rows.map(({ subject, figures }) => [
      subject,
      ...columns.map((column, index) => cell(figures[index] ?? null, last(subject, column))),
      figures.map(goal).filter(Boolean).join(", "),
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  return cells.map((row) => line(row, widths)).join("\n");
}

/** Figures to the right, words to the left. */
function line(row: readonly string[], widths: readonly number[]): string {
  const padded = row.map((text, column) => {
    const isWords = column === 0 || column === row.length - 1;
    return text[isWords ? "padEnd" : "padStart"](widths[column] ?? 0);
  });
  return `  ${padded.join("  ").trimEnd()}`;
}

function cell(figure: Figure | null, last: number | null): string {
  if (figure === null) return "";
  return last === null ? text(figure) : `${text(figure)} (${text({ ...figure, value: last })})`;
}

function goal(figure: Figure | null): string {
  if (figure?.most === undefined) return "";
  const { value, unit, most } = figure;
  return `≤ ${most}${gap(unit)}: ${value <= most ? "reached" : "MISSED"}`;
}

function text({ value, unit }: Figure): string {
  const digits = unit === "ms" && value < 10 ? 2 : DIGITS[unit];
  return value.toFixed(digits) + gap(unit);
}

function gap(unit: Figure["unit"]): string {
  return unit === "" || unit === "x" || unit === "/s" ? unit : ` ${unit}`;
}
