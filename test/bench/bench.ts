/** What every benchmark gives, and how a figure is made of many runs. */

/** How many digits after the point a figure has in a table, by its unit. */
export const DIGITS = {
  "": 0,
  ms: 0,
  s: 1,
  "s/h": 2,
  "/s": 0,
  x: 2,
  "%": 2,
  KiB: 1,
  "KiB/day": 0,
  MiB: 1,
  MB: 2,
} as const;

export type Unit = keyof typeof DIGITS;

export interface Figure {
  readonly value: number;
  readonly unit: Unit;
  /** The goal, where it has one: the value is to be no more than this. */
  readonly most?: number;
}

export interface Row {
  readonly subject: string;
  /** One a column of the benchmark; null where it has none there. */
  readonly figures: readonly (Figure | null)[];
}

export interface Bench {
  readonly name: string;
  /** What the figures say, for the heading. */
  readonly measures: string;
  readonly columns: readonly string[];
  run(): Promise<readonly Row[]>;
}

/** Milliseconds that something took. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** What `runs` of them took, in milliseconds, sorted. */
export async function times(runs: number, work: () => unknown): Promise<readonly number[]> {
  return sorted(await repeated(runs, () => timed(work)));
}

/** Does it so often, one after the other. What is to be compared belongs into one round: A B C A B C. */
export async function repeated<T>(runs: number, round: () => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let run = 0; run < runs; run++) all.push(await round());
  return all;
}

export function sorted(numbers: readonly number[]): readonly number[] {
  return [...numbers].sort((one, other) => one - other);
}

/** @param sample sorted */
export function quantile(sample: readonly number[], share: number): number {
  return sample[Math.min(sample.length - 1, Math.floor(sample.length * share))] ?? Number.NaN;
}

export function median(sample: readonly number[]): number {
  return quantile(sorted(sample), 0.5);
}

/** How many times the other is what one is: the median of the pairs, each of which ran side by side. */
export function ratio(ones: readonly number[], others: readonly number[], most?: number): Figure {
  const value = median(ones.map((one, run) => one / (others[run] ?? Number.NaN)));
  return figure(value, "x", most);
}

export function figure(value: number, unit: Unit, most?: number): Figure {
  return most === undefined ? { value, unit } : { value, unit, most };
}

export function ms(milliseconds: number): Figure {
  return figure(milliseconds, "ms");
}

export function kibibytes(bytes: number): Figure {
  return figure(bytes / 1024, "KiB");
}
