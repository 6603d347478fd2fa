/** What every benchmark gives, and how a figure is made of many runs. */

export interface Row {
  readonly subject: string;
  /** One figure a column of the benchmark, with its unit. */
  readonly figures: readonly string[];
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
  const all: number[] = [];
  for (let run = 0; run < runs; run++) all.push(await timed(work));
  return sorted(all);
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

export function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
}

export function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
