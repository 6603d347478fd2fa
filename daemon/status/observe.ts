import { STATE_ROWS, type StateName } from "../contract/states.ts";
import type { Outcome, RefreshVerdict } from "../contract/verdicts.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import { duration } from "../core/text.ts";
import { describe, nextTry } from "../pairing/describe.ts";
import type { Event } from "../pairing/events.ts";
import { stateName } from "../pairing/name.ts";
import type { Change } from "../pairing/runner.ts";
import { grantOf, type State } from "../pairing/state.ts";
import type { Meters } from "./meters.ts";

/**
 * What is written and counted of each step of the machine: one line a transition, one for each new kind of trouble
 * within a state (a server that answers in vain keeps the device in one), the rest at debug level.
 */
export function observer(
  log: Logger,
  meters: Meters,
  clock: Pick<Clock, "elapsed">,
): (change: Change) => void {
  return (change) => {
    const { before, event, after } = change;
    const [from, to] = [stateName(before), stateName(after)];
    const why = `${describe(event)}${inVain(event) ? tryAgain(nextTry(event, after), clock) : ""}`;
    if (event.type === "poll-answered") meters.polls.inc();
    if (event.type === "refresh-answered") countRefresh(event.outcome, meters);
    if (event.type === "refresh-prepared" && !event.ok) meters.refreshFailures.inc({ cause: "storage" });
    if (from !== to)
      log[levelOf(change, from, to)](`${from} -> ${to} (${why}${to === "paired" ? projectOf(after) : ""})`);
    else if (isUntold(event) || (inVain(event) && troubleOf(before) !== troubleOf(after)))
      log.warn(`${to}: ${why}`);
    else if (event.type === "refresh-answered" && !inVain(event)) log.info(`${to}: ${why}`);
    else log.debug(`${to}: ${event.type} (${why})`);
  };
}

function levelOf(
  { before, event, after }: Change,
  from: StateName,
  to: StateName,
): "warn" | "notice" | "info" {
  const lost = before.authorization.at === "held" && after.authorization.at === "absent";
  if (lost || isBad(to) || isUntold(event)) return "warn";
  return isBad(from) ? "notice" : "info";
}

/** What nobody asked for; a person may well want a device to rest. */
function isBad(name: StateName): boolean {
  const { light } = STATE_ROWS[name];
  return name !== "idle" && (light === "amber" || light === "red");
}

function isUntold(event: Event): boolean {
  return event.type === "left" && event.unrevoked !== null;
}

function inVain(event: Event): boolean {
  if (!("outcome" in event)) return false;
  return event.outcome.kind === "fault" || event.outcome.verdict.type === "refused";
}

/** What keeps the device from Frame.io, and from new tokens: the same again is not told again. */
function troubleOf(state: State): string {
  const refresh = grantOf(state)?.refresh;
  const failing = refresh === undefined || refresh.at === "never" ? null : refresh.failing;
  return [state.trouble?.kind, failing?.cause, failing?.error].join();
}

function tryAgain(when: number | null, clock: Pick<Clock, "elapsed">): string {
  if (when === null) return "";
  const seconds = (when - clock.elapsed()) / 1000;
  return seconds < 1 ? "; next try at once" : `; next try in ${duration(seconds)}`;
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
