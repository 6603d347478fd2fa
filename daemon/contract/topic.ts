import { PROBLEM_ROWS, type Problem } from "./problems.ts";
import type { Snapshot } from "./snapshot.ts";
import { STATE_ROWS } from "./states.ts";

/** What a picture of the device is about, on every surface alike. */
export interface Topic {
  /** The problem that keeps the device from leaving its state, told in the state's place; null for the state itself. */
  readonly problem: Problem | null;
  /** The worst problem beside that, worth a line of its own. */
  readonly notice: Problem | null;
}

export function topicOf({ state, health }: Pick<Snapshot, "state" | "health">): Topic {
  const worst = health.find(({ code }) => PROBLEM_ROWS[code].topic) ?? null;
  if (STATE_ROWS[state].stands) return { problem: null, notice: worst };
  return { problem: worst?.severity === "info" ? null : worst, notice: null };
}
