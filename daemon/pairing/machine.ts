/**
 * The pairing machine: RFC 8628's device grant and the life of the authorization that it brings. Pure and total:
 * every (state, event) pair has an answer; no clock, no I/O. `offer.ts` and `grant.ts` are its two regions, which know
 * nothing of each other: here one hears what the other says. `runner.ts` performs the effects.
 */

import type { Effect, Event } from "./events.ts";
import { type GrantEvent, grantWakeAt, stepGrant } from "./grant.ts";
import { type OfferEvent, offerWakeAt, stepOffer } from "./offer.ts";
import { earliest, type Pace, spend } from "./pace.ts";
import type { Attention, Hurried, State, Trouble } from "./state.ts";
import type { Moment, Turn } from "./turn.ts";

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** A network or a clock that changes again and again cuts back-offs short no more often than this. */
const HURRY_PACE: Pace = { burst: 4, every: 30_000 };

const TICK = { type: "tick" } as const;
const DOUBTED = { type: "device-doubted" } as const;

export function step(before: State, event: Event, moment: Moment): Step {
  const effects: Effect[] = [];
  const attention = attentionAfter(before.attention, event);
  const hurried = hurriedAfter(before, event, moment);
  let { lastNumber } = before;
  const turn: Turn = {
    ...moment,
    attention,
    hurried,
    number: () => ++lastNumber,
    do: (effect) => effects.push(effect),
  };
  let state: State = {
    ...before,
    attention,
    hurried,
    trouble: troubleAfter(before.trouble, event, moment),
    answeredAt: isVerdict(event) ? moment.now : before.answeredAt,
  };
  if (hurried !== before.hurried) {
    const news = { type: "hurried", byHand: event.type === "secret-changed" } as const;
    state = tellGrant(tellOffer(state, news, turn), news, turn);
  }
  // Nobody tells what happened before.
  if (attention.attended !== before.attention.attended) state = tellGrant(state, DOUBTED, turn);
  state = tell(state, event, turn);
  state = tellOffer(tellGrant(state, TICK, turn), TICK, turn);
  state = { ...state, lastNumber };
  return { state: isSame(before, state) ? before : state, effects };
}

/** When the next `tick` is due; null when only an event from outside can move the machine. */
export function wakeAt({ offer, authorization, attention }: State): number | null {
  const next = Math.min(offerWakeAt(offer), grantWakeAt(authorization, attention));
  return next === Number.POSITIVE_INFINITY ? null : next;
}

function tell(state: State, event: Event, turn: Turn): State {
  switch (event.type) {
    case "tick":
    case "attended":
    case "secret-changed":
      return state;
    case "pair-requested":
      return state.authorization.at === "absent" || state.authorization.at === "held"
        ? tellOffer(state, { ...event, held: state.authorization.at === "held" }, turn)
        : state;
    case "cancel-requested":
    case "code-answered":
    case "poll-answered":
      return tellOffer(state, event, turn);
    default:
      return tellGrant(state, event, turn);
  }
}

function tellOffer(state: State, event: OfferEvent, turn: Turn): State {
  const { offer, said } = stepOffer(state.offer, event, turn);
  const next = { ...state, offer };
  return said === null ? next : tellGrant(next, said, turn);
}

function tellGrant(state: State, event: GrantEvent, turn: Turn): State {
  const { authorization, said } = stepGrant(state.authorization, event, turn);
  const next = { ...state, authorization };
  return said === null ? next : tellOffer(next, said, turn);
}

function isSame(one: State, other: State): boolean {
  return (Object.keys(one) as (keyof State)[]).every((key) => one[key] === other[key]);
}

function attentionAfter(attention: Attention, event: Event): Attention {
  if (event.type === "watched" && event.watched !== attention.watched)
    return { ...attention, watched: event.watched };
  if (event.type === "attended" && event.joined !== attention.attended)
    return { ...attention, attended: event.joined };
  return attention;
}

/**
 * The way may be free again: whatever waits out a back-off is tried now. Where that is too early (the address is there,
 * its gateway or name server not yet), the back-off grows from its beginning.
 */
function hurriedAfter({ hurried, trouble }: State, event: Event, { now }: Moment): Hurried {
  const byHand = event.type === "secret-changed";
  if (!byHand && event.type !== "network-changed" && event.type !== "clock-changed") return hurried;
  if (trouble?.kind === "rate-limited") return hurried;
  if (!byHand && now < earliest(hurried.spentUntil, HURRY_PACE)) return hurried;
  const anew = byHand || hurried.spentUntil <= now;
  // Where nothing fails, nothing is cut short.
  const spentUntil = trouble === null ? hurried.spentUntil : spend(hurried.spentUntil, HURRY_PACE, now);
  return { at: now, anew, spentUntil };
}

function isVerdict(event: Event): boolean {
  return "outcome" in event && event.outcome.kind === "verdict";
}

function troubleAfter(trouble: Trouble | null, event: Event, { now }: Moment): Trouble | null {
  if (!("outcome" in event)) return trouble;
  if (event.outcome.kind === "verdict") return null;
  const { kind } = event.outcome.fault;
  return { kind, since: trouble?.since ?? now, count: (trouble?.count ?? 0) + 1 };
}
