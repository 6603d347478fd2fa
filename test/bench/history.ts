/**
 * Figures of earlier runs, one line of JSON each, oldest first. Milliseconds and rates are a machine's own and not kept:
 * ratios, bytes and shares are what can be compared.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Row, Unit } from "./bench.ts";

export const HISTORY = "docs/performance-history.jsonl";

const UNRECORDED: readonly Unit[] = ["ms", "/s"];

/** What a run was made with. */
export interface Circumstances {
  /** Abbreviated; with "-dirty" where the sources differ from it. */
  readonly commit: string;
  /** Of the commit, ISO 8601. */
  readonly date: string;
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
}

export interface Result {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export interface Recorded extends Circumstances {
  /** By `keyOf`. */
  readonly figures: Readonly<Record<string, number>>;
}

export function keyOf(bench: string, subject: string, column: string): string {
  return [bench, subject, column].join(" | ");
}

/** @throws {SyntaxError} where a line is no JSON */
export function parseHistory(text: string): readonly Recorded[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Recorded);
}

/** The figure in the newest run that has it: a run may have been of some benchmarks only. */
export function lastOf(history: readonly Recorded[], key: string): number | null {
  return history.findLast(({ figures }) => key in figures)?.figures[key] ?? null;
}

export function recordOf(circumstances: Circumstances, results: readonly Result[]): Recorded {
  const figures = results.flatMap(({ name, columns, rows }) =>
    rows.flatMap((row) =>
      row.figures.flatMap((figure, index) =>
        figure === null || UNRECORDED.includes(figure.unit)
          ? []
          : [[keyOf(name, row.subject, columns[index] ?? ""), Number(figure.value.toPrecision(4))] as const],
      ),
    ),
  );
  return { ...circumstances, figures: Object.fromEntries(figures) };
}

export function readHistory(): readonly Recorded[] {
  return existsSync(HISTORY) ? parseHistory(readFileSync(HISTORY, "utf8")) : [];
}

export function append(recorded: Recorded): void {
  appendFileSync(HISTORY, `${JSON.stringify(recorded)}\n`);
}
