/** The program of a bundled world: lives many seeds, and makes what fails small. */

import type { Rule } from "./ledger.ts";
import { planOf, type Step } from "./plan.ts";
import { live, type Story } from "./world.ts";

export interface Exploration {
  readonly first: number;
  readonly seeds: number;
  /** Told of each seed as it is over. */
  readonly told?: (seed: number, story: Story) => void;
}

/** A seed that breaks a rule, with as few steps as still do. */
export interface Finding {
  readonly seed: number;
  readonly story: Story;
  /** Places of the steps in the seed's plan. */
  readonly kept: readonly number[];
  readonly steps: readonly Step[];
  /** How many steps the whole plan has. */
  readonly of: number;
}

/** Lives seed after seed until one breaks a rule; null where none does. */
export async function explore({ first, seeds, told }: Exploration): Promise<Finding | null> {
  for (let seed = first; seed < first + seeds; seed++) {
    const story = await live(planOf(seed));
    told?.(seed, story);
    if (story.violation !== null) return shrink(seed, story.violation.rule);
  }
  return null;
}

/** Lives one seed, or some steps of it. */
export function replay(seed: number, kept?: readonly number[]): Promise<Story> {
  return live(planOf(seed, kept));
}

/** Leaves out steps, many at a time at first, as long as the same rule is broken. */
async function shrink(seed: number, rule: Rule): Promise<Finding> {
  const of = planOf(seed).steps.length;
  let kept = [...planOf(seed).steps.keys()];
  let story = await replay(seed, kept);
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < kept.length; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      const other = await replay(seed, fewer);
      if (other.violation?.rule === rule) {
        kept = fewer;
        story = other;
      } else from += size;
    }
  return { seed, story, kept, steps: planOf(seed, kept).steps, of };
}
