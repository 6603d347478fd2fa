import { PROBLEM_ROWS, type Problem } from "./problems.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Sign, STATE_ROWS } from "./states.ts";

/** What a picture of the device is about, on every surface alike. */
export interface Topic {
  /** The problem that is told in the state's place; null for the state itself. */
  readonly problem: Problem | null;
  /** The worst problem beside that, worth a line of its own. */
  readonly notice: Problem | null;
  /** What the device is paired by memory alone: it can't reach Frame.io, or has had no answer yet. */
  readonly unproven: "offline" | "connecting" | null;
  readonly symbol: Sign;
}

export function topicOf({ state, health, light }: Pick<Snapshot, "state" | "health" | "light">): Topic {
  const worst = health.find(({ code }) => PROBLEM_ROWS[code].topic) ?? null;
  const { stands, symbol } = STATE_ROWS[state];
  const wrong = worst === null || PROBLEM_ROWS[worst.code].light === null ? null : worst;
  if (stands && state !== "paired") return { problem: null, notice: worst, unproven: null, symbol };
  if (wrong !== null) {
    const row = PROBLEM_ROWS[wrong.code];
    const offline = state === "paired" && row.offline;
    return { problem: wrong, notice: null, unproven: offline ? "offline" : null, symbol: row.symbol };
  }
  if (state === "paired" && light !== "green")
    return { problem: null, notice: worst, unproven: "connecting", symbol: "wait" };
  return { problem: null, notice: stands ? worst : null, unproven: null, symbol };
}
