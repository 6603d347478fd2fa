/** Milliseconds. */
export interface Pauses {
  /** The most that the first pause can be. */
  readonly first: number;
  /** The most that any pause can be. */
  readonly most: number;
  /** No pause is shorter. */
  readonly least?: number;
}

/**
 * How long to wait before the next try: twice as long after each failure, spread over the whole of it, so that devices
 * that failed together don't come back together.
 *
 * @param failures in a row, from 1
 * @param random from 0 up to 1; 1 for what nobody shares, a display or a disk
 * @returns milliseconds
 */
export function backOff(failures: number, { first, most, least = 0 }: Pauses, random: number): number {
  const ceiling = Math.min(most, first * 2 ** Math.min(failures - 1, 30));
  return Math.max(least, random * ceiling);
}
