import { type Clock, type Paced, paced } from "../core/clock.ts";

/** NTP slews by less than this between two looks; whatever is more was a step. */
const STEP_MS = 1_000;

/**
 * Calls `changed` when the wall clock is set, or comes to be trusted or is no more.
 *
 * @param interval milliseconds between two looks
 * @param changed is told by how many milliseconds it was set; 0 where it was not
 */
export function watchClock(
  clock: Clock,
  interval: () => number,
  changed: (stepMs: number, trusted: boolean) => void,
): Paced {
  let offset = clock.wall() - clock.elapsed();
  let trusted = clock.wallTrusted();
  return paced(clock, interval, () => {
    const newOffset = clock.wall() - clock.elapsed();
    const newTrusted = clock.wallTrusted();
    const moved = newOffset - offset;
    const step = Math.abs(moved) < STEP_MS ? 0 : moved;
    const changes = step !== 0 || trusted !== newTrusted;
    offset = newOffset;
    trusted = newTrusted;
    if (changes) changed(step, trusted);
  });
}
