import type { Bench } from "./bench.ts";
import type { Arch } from "./machine.ts";

/** One story of a device from power-on to power-off. Fails by throwing. */
export interface Case {
  readonly name: string;
  /** What it shows, one line. */
  readonly shows: string;
  /** Starts from a Debian without the package. */
  readonly bare?: boolean;
  /** The one architecture that it is for; both where absent. */
  readonly arch?: Arch;
  run(bench: Bench): Promise<void>;
}

/** @throws {Error} with the sentence where the claim does not hold */
export function claim(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(`not so: ${sentence}`);
}
