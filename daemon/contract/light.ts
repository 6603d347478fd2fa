import { PROBLEM_ROWS, type Problem } from "./problems.ts";
import { LIGHTS, type Light, STATE_ROWS, type StateName } from "./states.ts";

/** An answer of Frame.io is proof for this long: it is asked every quarter of an hour at least. */
const PROOF_MS = 20 * 60_000;

/** @param silence milliseconds since Frame.io's last answer; null where none has come since the start */
export function lightOf(state: StateName, health: readonly Problem[], silence: number | null): Light {
  const { light } = STATE_ROWS[state];
  const proven = silence !== null && silence <= PROOF_MS;
  const seen = [
    light === "green" && !proven ? "blue" : light,
    ...health.map(({ code }) => PROBLEM_ROWS[code].light),
  ];
  return LIGHTS.find((each) => seen.includes(each)) ?? "blue";
}
