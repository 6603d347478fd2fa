import type { Bench } from "./bench.ts";
import type { Arch } from "./machine.ts";

/** One story of a device from power-on to power-off. Fails by throwing. */
export interface Case {
  readonly name: string;
  /** What it shows, one line. */
  readonly shows: string;
  /** Where it can't be told; everywhere by default. */
  readonly only?: Arch;
  run(bench: Bench): Promise<void>;
}

/** @throws {Error} with the sentence where the claim does not hold */
export function claim(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(`not so: ${sentence}`);
}
