/** The offer of codes: asking for a code, showing and polling it, the next one. Pure and total. */

import type { Tokens } from "../contract/authorization.ts";
import type { Outcome, PollVerdict, Refusal } from "../contract/verdicts.ts";
import type { EventOf } from "./events.ts";
import { earliest, type Pace, spend } from "./pace.ts";
import type { Awaiting, Floors, Offer, Offering, Refused, Requesting, Resting, Watch } from "./state.ts";
import { isNoWay, isOvertaken, pauseAfter, type Turn } from "./turn.ts";
import { failed, hurried, isDone, isDue, passed, pending, slowDown, watchCode, watchTime } from "./watch.ts";

export type OfferEvent =
  | EventOf<"tick" | "cancel-requested" | "code-answered" | "poll-answered">
  /** Somebody wants a new code. `held`: an authorization is held, and stays until the code is used. */
  | (EventOf<"pair-requested"> & { readonly held: boolean })
  /** There is no authorization: codes are offered by themselves, where that is wanted. */
  | { readonly type: "needed" }
  /** There is an authorization, or one is being revoked. */
  | { readonly type: "not-needed" }
  /** The way to Frame.io may be free again. `byHand`: what the server refused is tried again as well. */
  | { readonly type: "hurried"; readonly byHand: boolean };

/** What the rest of the machine has to know. */
export interface Granted {
  readonly type: "granted";
  readonly tokens: Tokens;
}

/**
 * The next code is asked for this long before the deadline of the one on the screen, so that none is missing between
 * them; the older one has its last poll at its deadline all the same.
 */
const RENEW_MS = 1_500;
/** Requests for codes never leave closer together, whatever a server, a clock or a program on the device does. */
const CODE_LEAST_MS = 1_000;
/** Nor does the next one after one that found no way to Frame.io: an interface that has just come up is used at once. */
const NO_WAY_LEAST_MS = 250;
/** And those that reach Frame.io no more often than this: API facts §4.1 counts limits by the minute. */
const CODE_PACE: Pace = { burst: 5, every: 10_000 };
/** A code on a paired device that nobody uses would let any passer-by take the device over, and hides its screen. */
const HELD_WINDOW_MS = 600_000;
/** A code that lives no longer than this is of no use to anyone. */
const FLEETING_MS = 3_000;
/** Where the server says no to every code, something has to be mended by hand: look again at this pace. */
const REFUSED_RETRY_MS = 60_000;
const REQUEST_BACKOFF_MAX_MS = 60_000;
const SPOILT_BACKOFF_MAX_MS = 60_000;
const POLL_BACKOFF_MAX_MS = 15_000;

export function stepOffer(
  offer: Offer,
  event: OfferEvent,
  turn: Turn,
): { readonly offer: Offer; readonly said: Granted | null } {
  if (event.type === "poll-answered") return onPoll(offer, event, turn);
  return { offer: react(offer, event, turn), said: null };
}

function react(offer: Offer, event: Exclude<OfferEvent, { type: "poll-answered" }>, turn: Turn): Offer {
  switch (event.type) {
    case "tick":
      return fallDue(offer, turn);
    case "needed":
      return isOffering(offer) ? { ...offer, windowEnds: windowEnd(false, turn) } : begin(offer, turn);
    case "not-needed":
      return rest(offer, "not-needed");
    case "pair-requested":
      return onPair(offer, event.held, turn);
    case "cancel-requested":
      return isOffering(offer) ? rest(offer, "cancelled") : offer;
    case "code-answered":
      return onCode(offer, event, turn);
    case "hurried":
      return hurry(offer, event.byHand, turn);
  }
}

/** When something falls due next; infinity for never. */
export function offerWakeAt(offer: Offer): number {
  switch (offer.at) {
    case "resting":
      return Number.POSITIVE_INFINITY;
    case "refused":
      return codeTime(offer.floors, offer.retryAt);
    case "requesting":
      return Math.min(requestTime(offer), timeOf(offer.former));
    case "awaiting":
      return Math.min(renewTime(offer), timeOf(offer.watch), timeOf(offer.former));
  }
}

function timeOf(watch: Watch | null): number {
  return (watch && watchTime(watch)) ?? Number.POSITIVE_INFINITY;
}

function requestTime({ request, floors, former, windowEnds }: Requesting): number {
  if (request.at === "sent") return Number.POSITIVE_INFINITY;
  const when = codeTime(floors, request.when);
  return former === null && windowEnds !== null ? Math.min(when, windowEnds) : when;
}

/** When the next request for a code may leave that is wanted at `when`. */
function codeTime({ notBefore, spentUntil }: Floors, when: number): number {
  return Math.max(when, notBefore, earliest(spentUntil, CODE_PACE));
}

/** When the next code of the same offer is asked for; never, where its window is over by then. */
function renewTime({ watch, windowEnds }: Awaiting): number {
  const when = watch.attempt.deadline - RENEW_MS;
  return windowEnds !== null && windowEnds <= when ? Number.POSITIVE_INFINITY : when;
}

function fallDue(offer: Offer, turn: Turn): Offer {
  switch (offer.at) {
    case "resting":
      return offer;
    case "refused":
      return turn.now < codeTime(offer.floors, offer.retryAt)
        ? offer
        : ask({ ...wanting(offer, turn.now), refusal: offer.refusal }, false, turn);
    case "requesting":
      return dueRequest(offer, turn);
    case "awaiting":
      return dueCode(offer, turn);
  }
}

function dueRequest(given: Requesting, turn: Turn): Offer {
  const former = look(given.former, turn);
  const offer =
    former === given.former ? given : { ...given, former, floors: floorsAfter(given, [given.former], turn) };
  const { request, floors, windowEnds } = offer;
  if (request.at === "sent") return offer;
  if (former === null && windowEnds !== null && turn.now >= windowEnds) return rest(offer, "window-ended");
  return turn.now < codeTime(floors, request.when) ? offer : ask(offer, request.insisting, turn);
}

function dueCode(given: Awaiting, turn: Turn): Offer {
  const former = look(given.former, turn);
  const watch = look(given.watch, turn);
  const offer = { ...given, floors: floorsAfter(given, [given.former, given.watch], turn) };
  if (watch === null) return dueRequest(nextCode(offer, former, turn), turn);
  if (turn.now >= renewTime(given)) return dueRequest(nextCode(offer, watch, turn), turn);
  return watch === given.watch && former === given.former ? given : { ...offer, watch, former };
}

/** Sends the poll that is due, and notices the end of the code; null where nothing more can come of it. */
function look(watch: Watch | null, turn: Turn): Watch | null {
  if (watch === null || isDone(watch)) return null;
  const { number, code } = watch.attempt;
  if (isDue(watch, turn.now)) turn.do({ type: "poll", number, deviceCode: code.deviceCode });
  return passed(watch, turn.now);
}

/** @param watches as they were before they were looked at */
function floorsAfter({ floors }: Offering, watches: readonly (Watch | null)[], { now }: Turn): Floors {
  const polls = watches.some((watch) => watch !== null && isDue(watch, now));
  return polls ? { ...floors, polledAt: now } : floors;
}

function isOffering(offer: Offer): offer is Requesting | Awaiting | Refused {
  return offer.at !== "resting";
}

function rest({ floors }: Offer, reason: Resting["reason"]): Resting {
  return { at: "resting", reason, floors };
}

function begin(offer: Offer, turn: Turn): Offer {
  return turn.settings.start === "auto"
    ? wanting(newOffering(offer, false, turn), turn.now)
    : rest(offer, "manual");
}

function newOffering({ floors }: Offer, held: boolean, turn: Turn): Offering {
  return { floors, windowEnds: windowEnd(held, turn), codes: 0, spoilt: 0, former: null };
}

function windowEnd(held: boolean, { now, settings: { window } }: Turn): number | null {
  if (!held) return window === 0 ? null : now + window;
  return now + (window === 0 ? HELD_WINDOW_MS : Math.min(window, HELD_WINDOW_MS));
}

/** Takes a new code, whatever was on offer before. */
function onPair(offer: Offer, held: boolean, turn: Turn): Offer {
  const anew = newOffering(offer, held, turn);
  // What has just been asked for is a new code already.
  if (offer.at === "requesting" && offer.request.at === "sent" && turn.now < codeTime(offer.floors, turn.now))
    return { ...offer, ...anew };
  return wanting(anew, turn.now, true);
}

/**
 * The next code of the same offer: at once where the one before has had its time, else after a back-off.
 *
 * @param former the code before, where it is still polled
 */
function nextCode(
  offer: Awaiting,
  former: Watch | null,
  turn: Turn,
  { denied = false, notBefore = turn.now } = {},
): Requesting {
  const { deadline, code } = offer.watch.attempt;
  const lived = turn.now - (deadline - code.expiresIn * 1000);
  const spoilt = denied || lived < FLEETING_MS ? offer.spoilt + 1 : 0;
  const pause = spoilt === 0 ? 0 : pauseAfter(spoilt, SPOILT_BACKOFF_MAX_MS, null, turn);
  return wanting({ ...offer, spoilt, former }, Math.max(turn.now + pause, notBefore));
}

function wanting(offering: Offering, when: number, insisting = false): Requesting {
  const { floors, windowEnds, codes, spoilt, former } = offering;
  const request = { at: "due", when, insisting } as const;
  return { at: "requesting", floors, windowEnds, codes, spoilt, former, request, refusal: null, failures: 0 };
}

function ask(offer: Requesting, insisting: boolean, turn: Turn): Requesting {
  const number = turn.number();
  turn.do({ type: "request-code", number, insisting });
  const spentUntil = spend(offer.floors.spentUntil, CODE_PACE, turn.now);
  return {
    ...offer,
    floors: { ...offer.floors, notBefore: turn.now + CODE_LEAST_MS, spentUntil },
    request: { at: "sent", number, sentAt: turn.now },
  };
}

function onCode(offer: Offer, { number, outcome }: EventOf<"code-answered">, turn: Turn): Offer {
  if (offer.at !== "requesting") return offer;
  const { request, floors, windowEnds, spoilt, former } = offer;
  if (request.at !== "sent" || request.number !== number) return offer;
  if (outcome.kind === "fault") {
    const { fault } = outcome;
    const failures = offer.failures + 1;
    const pause = isOvertaken(request.sentAt, fault, turn)
      ? 0
      : pauseAfter(failures, REQUEST_BACKOFF_MAX_MS, fault, turn);
    return {
      ...offer,
      floors: isNoWay(fault) ? unspent(floors, request.sentAt) : floors,
      request: { at: "due", when: turn.now + pause, insisting: false },
      refusal: null,
      failures,
    };
  }
  if (outcome.verdict.type === "refused") return refuse(offer, outcome.verdict, turn);
  const { code } = outcome.verdict;
  const codes = offer.codes + 1;
  const attempt = { number, ordinal: codes, code, deadline: request.sentAt + code.expiresIn * 1000 };
  const polledAt = former === null ? floors.polledAt : Math.max(floors.polledAt, former.attempt.deadline);
  const watch = watchCode(attempt, polledAt, turn.now);
  return { at: "awaiting", floors, windowEnds, codes, spoilt, former, watch };
}

/** After a request that found no way to Frame.io, and so did not count there. */
function unspent(floors: Floors, sentAt: number): Floors {
  const spentUntil = floors.spentUntil - CODE_PACE.every;
  return { ...floors, notBefore: sentAt + NO_WAY_LEAST_MS, spentUntil };
}

function refuse({ floors, windowEnds, codes, spoilt }: Offering, refusal: Refusal, turn: Turn): Refused {
  const retryAt = turn.now + REFUSED_RETRY_MS * (1 + turn.random);
  return { at: "refused", floors, windowEnds, codes, spoilt, former: null, refusal, retryAt };
}

function onPoll(
  offer: Offer,
  { number, outcome }: EventOf<"poll-answered">,
  turn: Turn,
): { readonly offer: Offer; readonly said: Granted | null } {
  const polled = polledWatch(offer, number);
  const tokens = outcome.kind === "verdict" && outcome.verdict.type === "granted" && outcome.verdict.tokens;
  if (polled !== null && tokens)
    return { offer: rest(offer, "not-needed"), said: { type: "granted", tokens } };
  if (tokens) turn.do({ type: "revoke", tokens });
  return {
    offer: polled === null ? offer : afterPoll(polled.offer, polled.watch, outcome, turn),
    said: null,
  };
}

/** The code of that number, where the answer to a poll of it is waited for. */
function polledWatch(
  offer: Offer,
  number: number,
): { readonly offer: Requesting | Awaiting; readonly watch: Watch } | null {
  if (offer.at !== "requesting" && offer.at !== "awaiting") return null;
  const watches = [offer.former, offer.at === "awaiting" ? offer.watch : null];
  const watch = watches.find((each) => each?.attempt.number === number && each.polling.at !== "waiting");
  return watch ? { offer, watch } : null;
}

/** After an answer that does not pair. */
function afterPoll(
  offer: Requesting | Awaiting,
  watch: Watch,
  outcome: Outcome<PollVerdict>,
  turn: Turn,
): Offer {
  const verdict = outcome.kind === "verdict" ? outcome.verdict : null;
  if (verdict?.type === "denied")
    turn.do({ type: "record", event: "refused", detail: "the user refused the pairing" });
  const polled = watchAfter(watch, outcome, turn);
  if (offer.at === "requesting" || watch === offer.former) return { ...offer, former: polled };
  if (verdict?.type === "refused") return refuse(offer, verdict, turn);
  if (polled !== null) return { ...offer, watch: polled };
  const asked = outcome.kind === "fault" ? (outcome.fault.retryAfter ?? 0) : 0;
  return nextCode(offer, null, turn, { denied: verdict?.type === "denied", notBefore: turn.now + asked });
}

/** Null where it will not be polled again. */
function watchAfter(watch: Watch, outcome: Outcome<PollVerdict>, turn: Turn): Watch | null {
  const { now } = turn;
  if (outcome.kind === "fault") {
    const { fault } = outcome;
    const pause = isOvertaken(watch.polledAt, fault, turn)
      ? 0
      : pauseAfter(watch.failures + 1, POLL_BACKOFF_MAX_MS, null, turn);
    return goingOn(failed(watch, pause, now + (fault.retryAfter ?? 0), now));
  }
  switch (outcome.verdict.type) {
    case "pending":
      return goingOn(pending(watch, now));
    case "slow-down":
      return goingOn(slowDown(watch, outcome.verdict.interval, now));
    default:
      return null;
  }
}

function goingOn(watch: Watch): Watch | null {
  return isDone(watch) ? null : watch;
}

/** No poll comes before its interval. */
function hurry(offer: Offer, byHand: boolean, { now, hurried: { anew } }: Turn): Offer {
  const countOf = (failures: number) => (anew ? Math.min(failures, 1) : failures);
  switch (offer.at) {
    case "resting":
      return offer;
    case "refused":
      return byHand ? { ...offer, retryAt: now } : offer;
    case "requesting": {
      if (offer.failures === 0) return offer;
      const request = offer.request.at === "due" ? { ...offer.request, when: now } : offer.request;
      return { ...offer, request, failures: countOf(offer.failures) };
    }
    case "awaiting":
      return { ...offer, watch: hurried(offer.watch, countOf(offer.watch.failures), now) };
  }
}
