/**
 * How often something may be done, whoever asks for it: a few times in a row, then once every so often. A leaky bucket
 * that is kept as one time (GCRA, ITU-T I.371 annex A), which runs ahead by `every` for each time it was done lately.
 */
export interface Pace {
  readonly burst: number;
  /** Milliseconds. */
  readonly every: number;
}

/** A bucket from which nothing was taken. */
export const UNSPENT = Number.NEGATIVE_INFINITY;

/** When it may be done next. */
export function earliest(spentUntil: number, { burst, every }: Pace): number {
  return spentUntil - (burst - 1) * every;
}

/** The bucket after it was done. */
export function spend(spentUntil: number, { every }: Pace, now: number): number {
  return Math.max(spentUntil, now) + every;
}
