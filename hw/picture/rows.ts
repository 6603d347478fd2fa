/**
 * Whether `count` bytes of two arrays are the same, from `at` and from `otherAt` on. By the engine's own comparison, many
 * times as fast as a loop: rows repeat a lot, within a module of a code and beside what is drawn, and what was done for
 * one need not be done again. Of the engine's ways to ask, this one has the least JavaScript in it.
 */
export function sameBytes(
  one: Uint8Array,
  at: number,
  other: Uint8Array,
  otherAt: number,
  count: number,
): boolean {
  return Buffer.compare(one.subarray(at, at + count), other.subarray(otherAt, otherAt + count)) === 0;
}
