import type { Outcome, RefreshVerdict } from "../contract/verdicts.ts";
import type { Logger } from "../core/log.ts";
import { describe } from "../pairing/describe.ts";
import { stateName } from "../pairing/name.ts";
import type { Change } from "../pairing/runner.ts";
import { grantOf, type State } from "../pairing/state.ts";
import type { Meters } from "./meters.ts";

/**
 * What is written and counted of each step of the machine: one line a transition, one for each new kind of trouble
 * within a state (a server that answers in vain keeps the device in one), the rest at debug level.
 */
export function observer(log: Logger, meters: Meters): (change: Change) => void {
  return ({ before, event, after }) => {
    const [from, to] = [stateName(before), stateName(after)];
    const why = describe(event);
    if (event.type === "poll-answered") meters.polls.inc();
    if (event.type === "refresh-answered") countRefresh(event.outcome, meters);
    if (event.type === "refresh-prepared" && !event.ok) meters.refreshFailures.inc({ cause: "storage" });
    if (from !== to) log.info(`${from} -> ${to} (${why}${to === "paired" ? projectOf(after) : ""})`);
    else if (event.type === "refresh-answered" || isNewTrouble(before, after)) log.info(`${to}: ${why}`);
    else log.debug(`${to}: ${event.type} (${why})`);
  };
}

function isNewTrouble(before: State, after: State): boolean {
  return after.trouble !== null && after.trouble.kind !== before.trouble?.kind;
}

function countRefresh(outcome: Outcome<RefreshVerdict>, meters: Meters): void {
  const cause = outcome.kind === "fault" ? outcome.fault.kind : outcome.verdict.type;
  if (cause === "refreshed") meters.refreshes.inc();
  else meters.refreshFailures.inc({ cause });
}

/** Quoted, since people choose the name: a line break in it begins no line of the log. */
function projectOf(state: State): string {
  const project = grantOf(state)?.device?.record.project ?? null;
  return project === null ? "" : `: ${JSON.stringify(project.name)}`;
}
