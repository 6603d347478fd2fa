import type { StateName } from "../contract/states.ts";
import type { FaultKind } from "../contract/verdicts.ts";
import { type Attempt, type Offer, refusalOf, type State } from "./state.ts";

/** Faults that say: the way to Frame.io is closed. The others come from Frame.io itself. */
export const NO_WAY: readonly FaultKind[] = ["dns", "connect", "proxy", "timeout", "tls", "captive-portal"];

/** The public name of a state. An offer that runs comes first: it is what the screen shows. */
export function stateName(state: State): StateName {
  const { offer, authorization } = state;
  if (authorization.at === "unknown") return "starting";
  const refusal = refusalOf(state);
  if (refusal === null && (offer.at === "requesting" || offer.at === "awaiting"))
    return offeringName(state, offer);
  if (authorization.at === "held") return authorization.device?.kept ? "paired" : "confirming";
  return refusal === null ? "idle" : "unconfigured";
}

function offeringName(state: State, offer: Exclude<Offer, { at: "resting" | "refused" }>): StateName {
  if (shownAttempt(offer) !== null) return "awaiting-user";
  if (offer.at === "awaiting") return "requesting-code";
  if (offer.failures === 0 || state.trouble === null) return "requesting-code";
  if (state.trouble.kind === "clock") return "waiting-for-clock";
  return NO_WAY.includes(state.trouble.kind) ? "waiting-for-network" : "requesting-code";
}

/** The code that is on the screen; never one that is dead. */
export function shownAttempt(offer: Offer): Attempt | null {
  if (offer.at !== "requesting" && offer.at !== "awaiting") return null;
  const watch = offer.at === "awaiting" ? offer.watch : offer.former;
  return watch === null || watch.polling.at === "dead" ? null : watch.attempt;
}
