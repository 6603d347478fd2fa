/**
 * The pairing machine: RFC 8628's device grant and the life of the authorization that it brings. Pure and total:
 * every (state, event) pair has an answer; no clock, no I/O. `runner.ts` performs the effects.
 */

import { isDeepStrictEqual } from "node:util";
import type { AuthorizationRecord, StoredTokens, Tokens } from "../contract/authorization.ts";
import { REFRESH_LIFE_MS } from "../contract/authorization.ts";
import type { HistoryEvent } from "../contract/history.ts";
import type { Fault, Outcome, PollVerdict, RefreshVerdict, Refusal } from "../contract/verdicts.ts";
import type { Effect, Event } from "./events.ts";
import { NO_WAY } from "./name.ts";
import { earliest, type Pace, spend } from "./pace.ts";
import type {
  Awaiting,
  Ended,
  Failing,
  Grant,
  Offer,
  Offering,
  Refresh,
  Refused,
  Requesting,
  State,
  Watch,
} from "./state.ts";
import { failed, hurried as hurriedWatch, isDone, pending, slowDown, watchCode } from "./watch.ts";

/** What a step may know of the world. */
export interface Moment {
  /** `Clock.elapsed()` */
  readonly now: number;
  /** `Clock.wall()` */
  readonly wall: number;
  readonly wallTrusted: boolean;
  /** From 0 up to 1, new for each step. */
  readonly random: number;
  readonly settings: Settings;
}

export interface Settings {
  /** `auto` offers a code whenever there is no authorization. */
  readonly start: "auto" | "manual";
  /** Milliseconds after which an unanswered offer rests; 0 for never. */
  readonly window: number;
}

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
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
/** A code that lives no longer than this is of no use to anyone. */
const FLEETING_MS = 3_000;
/** A network or a clock that changes again and again cuts back-offs short no more often than this. */
const HURRY_PACE: Pace = { burst: 4, every: 30_000 };
/** Where the server says no to every code, something has to be mended by hand: look again at this pace. */
const REFUSED_RETRY_MS = 60_000;
const REQUEST_BACKOFF_MAX_MS = 60_000;
const SPOILT_BACKOFF_MAX_MS = 60_000;
const POLL_BACKOFF_MAX_MS = 15_000;
const REFRESH_BACKOFF_MAX_MS = 300_000;
const READ_BACKOFF_MAX_MS = 300_000;
/** The device record is read again this often while somebody could see it or uploads are refused, */
const CLOSE_PACE_MS = 120_000;
/** this often otherwise, and where the status socket tells of changes, */
const WIDE_PACE_MS = 900_000;
/** and never sooner after the last time, whoever asks for it. */
const READ_FLOOR_MS = 5_000;
const BACKOFF_BASE_MS = 2_000;
const BACKOFF_LEAST_MS = 500;
/** Where the count of failing refreshes starts over: the first is retried at once, and two in a row are told. */
const FAILING_ANEW = 2;
/** Devices that get power together ask together: the refresh at boot is spread over this long. */
const BOOT_SPREAD_MS = 10_000;
/** A boot loop must not spend a single-use token at every turn. */
const FRESH_ENOUGH = 0.1;
/** A server that refuses what it has just issued gets a refresh out of us this often, and no storm. */
const REFUSED_AGAIN_MS = 3_600_000;
/** An access token that can't be renewed and is refused this often in a row is dead. */
const REFUSALS_FOR_GOOD = 3;

export function step(state: State, event: Event, moment: Moment): Step {
  const effects: Effect[] = [];
  const next = react(state, event, moment, effects);
  return { state: fallDue(next, moment, effects), effects };
}

/** When the next `tick` is due; null when only an event from outside can move the machine. */
export function wakeAt(state: State): number | null {
  const times: number[] = [];
  const { offer, grant } = state;
  if (offer.at === "requesting") {
    if (offer.sentAt === null) times.push(codeTime(state, offer.retryAt));
    if (offer.sentAt === null && offer.former === null && offer.windowEnds !== null)
      times.push(offer.windowEnds);
    times.push(...watchTimes(offer.former));
  }
  if (offer.at === "awaiting")
    times.push(renewTime(offer), ...watchTimes(offer.watch), ...watchTimes(offer.former));
  if (offer.at === "refused") times.push(codeTime(state, offer.retryAt));
  if (grant?.settled) {
    if (grant.refresh.at === "due") times.push(grant.refresh.when);
    if (grant.refresh.at === "never" && grant.accessEnds !== null) times.push(grant.accessEnds);
    const readAt = readDue(state, grant);
    if (readAt !== null) times.push(readAt);
  }
  const next = Math.min(...times);
  return next === Number.POSITIVE_INFINITY ? null : next;
}

function watchTimes(watch: Watch | null): number[] {
  if (watch === null) return [];
  const { attempt, polling, over, pollAt } = watch;
  return [...(polling ? [] : [pollAt]), ...(over ? [] : [attempt.deadline])];
}

function react(state: State, event: Event, moment: Moment, effects: Effect[]): State {
  switch (event.type) {
    case "booted":
      return onBooted(state, event, moment, effects);
    case "found":
      return state.booted && state.grant === null && state.leaving === null
        ? takeUp(state, event.stored, moment, effects)
        : state;
    case "tick":
      return state;
    case "pair-requested":
      return state.booted && state.leaving === null ? onPair(state, moment) : state;
    case "cancel-requested":
      return {
        ...state,
        offer: isOffering(state.offer) ? { at: "resting", reason: "cancelled" } : state.offer,
      };
    case "unpair-requested":
      return onUnpair(state, effects);
    case "code-answered":
      return onCode(state, event, moment);
    case "poll-answered":
      return onPoll(state, event, moment, effects);
    case "settled":
      return onSettled(state, event.number, moment, effects);
    case "device-kept":
      if (state.grant?.number !== event.number || state.grant.kept) return state;
      return { ...state, grant: { ...state.grant, kept: true } };
    case "device-answered":
      return onDevice(state, event, moment, effects);
    case "refresh-prepared":
      return onPrepared(state, event, moment, effects);
    case "refresh-answered":
      return onRefreshed(state, event, moment, effects);
    case "left":
      return event.number === state.leaving ? offerIfUnpaired({ ...state, leaving: null }, moment) : state;
    case "token-refused":
      return onTokenRefused(state, event, moment);
    case "token-wanted":
      return onTokenWanted(state, event.life, moment);
    case "status-told":
      return onStatus(state, event.paused, moment, effects);
    case "device-doubted":
      return doubt(state, moment);
    case "watched":
      return onWatched(state, event.watched, moment);
    case "attended":
      if (state.attended === event.joined) return state;
      // Nobody tells what happened before.
      return doubt({ ...state, attended: event.joined }, moment);
    case "network-changed":
      return event.up ? refreshWhileUp(hurry(state, moment), moment) : hurry(state, moment);
    case "clock-changed":
      return tellTime(hurry(state, moment), moment, effects);
    case "secret-changed":
      return hurry(state, moment, true);
  }
}

// ---------------------------------------------------------------------------------------------------------------
// What falls due

function fallDue(state: State, moment: Moment, effects: Effect[]): State {
  const next = dueOffer(dueGrant(state, moment, effects), moment, effects);
  return effects.some(({ type }) => type === "poll") ? { ...next, polledAt: moment.now } : next;
}

function dueOffer(state: State, moment: Moment, effects: Effect[]): State {
  const { offer } = state;
  switch (offer.at) {
    case "resting":
      return state;
    case "refused":
      return moment.now < codeTime(state, offer.retryAt)
        ? state
        : sendRequest(state, wanting(offer, moment.now), moment, effects);
    case "requesting": {
      const former = dueWatch(offer.former, moment, effects);
      const current = former === offer.former ? offer : { ...offer, former };
      const next = current === offer ? state : { ...state, offer: current };
      if (current.sentAt !== null) return next;
      if (former === null && windowOver(current, moment)) return rest(state, "window-ended");
      if (moment.now < codeTime(state, current.retryAt)) return next;
      return sendRequest(state, current, moment, effects);
    }
    case "awaiting": {
      const former = dueWatch(offer.former, moment, effects);
      const watch = dueWatch(offer.watch, moment, effects);
      if (watch === null) return dueOffer(nextCode(state, offer, null, moment), moment, effects);
      if (moment.now >= renewTime(offer))
        return dueOffer(nextCode(state, offer, watch, moment), moment, effects);
      const same = watch === offer.watch && former === offer.former;
      return same ? state : { ...state, offer: { ...offer, watch, former } };
    }
  }
}

/** Sends the poll that is due, and notices the end of the code; null where nothing more can come of it. */
function dueWatch(watch: Watch | null, { now }: Moment, effects: Effect[]): Watch | null {
  if (watch === null || isDone(watch)) return null;
  const { attempt } = watch;
  const over = now >= attempt.deadline;
  if (!watch.polling && now >= watch.pollAt) {
    effects.push({ type: "poll", number: attempt.number, deviceCode: attempt.code.deviceCode });
    return { ...watch, over, polling: true, polledAt: now };
  }
  return over === watch.over ? watch : { ...watch, over };
}

function dueGrant(state: State, moment: Moment, effects: Effect[]): State {
  const { grant } = state;
  if (grant === null || !grant.settled) return state;
  let next: Grant = grant;
  if (next.refresh.at === "never" && next.accessEnds !== null && moment.now >= next.accessEnds)
    return endGrant(state, ranOutNow(moment), moment, effects);
  if (next.refresh.at === "due" && moment.now >= next.refresh.when) {
    const { failing } = next.refresh;
    next = { ...next, refreshBegun: next.refreshBegun ?? moment.wall, refresh: { at: "preparing", failing } };
    effects.push({ type: "prepare-refresh", number: next.number, record: recordOf(next) });
  }
  const readAt = readDue(state, next);
  if (readAt !== null && moment.now >= readAt)
    next = readDevice(next, next.reading.at === "retry" ? next.reading.failures : 0, moment, effects);
  return next === grant ? state : { ...state, grant: next };
}

/** Whether the access token is about to be another one. */
function refreshing(grant: Grant): boolean {
  return grant.refresh.at === "preparing" || grant.refresh.at === "sent";
}

// ---------------------------------------------------------------------------------------------------------------
// The offer of codes

function isTaking(offer: Offer): offer is Requesting | Awaiting {
  return offer.at === "requesting" || offer.at === "awaiting";
}

function isOffering(offer: Offer): offer is Requesting | Awaiting | Refused {
  return offer.at !== "resting";
}

function rest(state: State, reason: "manual" | "cancelled" | "window-ended" | "not-needed"): State {
  return { ...state, offer: { at: "resting", reason } };
}

function windowOver(offer: { readonly windowEnds: number | null }, moment: Moment): boolean {
  return offer.windowEnds !== null && moment.now >= offer.windowEnds;
}

/** When the next request for a code may leave that is wanted at `when`. */
function codeTime({ asked }: State, when: number): number {
  return Math.max(when, asked.notBefore, earliest(asked.spentUntil, CODE_PACE));
}

/** When the next code of the same offer is asked for; never, where its window is over by then. */
function renewTime({ watch, windowEnds }: Awaiting): number {
  const when = watch.attempt.deadline - RENEW_MS;
  return windowEnds !== null && windowEnds <= when ? Number.POSITIVE_INFINITY : when;
}

/** Takes a new code, whatever was on offer before. */
function startOffer(state: State, insisting: boolean, moment: Moment): State {
  return { ...state, offer: { ...wanting(newOffering(moment), moment.now), insisting } };
}

function newOffering({ now, settings }: Moment): Offering {
  const windowEnds = settings.window === 0 ? null : now + settings.window;
  return { windowEnds, codes: 0, spoilt: 0, former: null };
}

function onPair(state: State, moment: Moment): State {
  const { offer } = state;
  // What has just been asked for is a new code already.
  if (offer.at === "requesting" && offer.sentAt !== null && moment.now < codeTime(state, moment.now))
    return { ...state, offer: { ...offer, ...newOffering(moment) } };
  return startOffer(state, true, moment);
}

function offerIfUnpaired(state: State, moment: Moment): State {
  if (state.grant !== null || state.leaving !== null) return rest(state, "not-needed");
  return moment.settings.start === "auto" ? startOffer(state, false, moment) : rest(state, "manual");
}

/**
 * The next code of the same offer: at once where the one before has had its time, else after a back-off.
 *
 * @param former the code before, where it is still polled
 */
function nextCode(
  state: State,
  offer: Awaiting,
  former: Watch | null,
  moment: Moment,
  { denied = false, notBefore = moment.now } = {},
): State {
  const { deadline, code } = offer.watch.attempt;
  const lived = moment.now - (deadline - code.expiresIn * 1000);
  const spoilt = denied || lived < FLEETING_MS ? offer.spoilt + 1 : 0;
  const pause = spoilt === 0 ? 0 : backOff(spoilt, SPOILT_BACKOFF_MAX_MS, null, moment);
  const retryAt = Math.max(moment.now + pause, notBefore);
  return { ...state, offer: wanting({ ...offer, spoilt, former }, retryAt) };
}

function wanting({ windowEnds, codes, spoilt, former }: Offering, retryAt: number): Requesting {
  return {
    at: "requesting",
    number: 0,
    windowEnds,
    codes,
    spoilt,
    former,
    sentAt: null,
    retryAt,
    failures: 0,
    insisting: false,
  };
}

function sendRequest(state: State, offer: Requesting, moment: Moment, effects: Effect[]): State {
  const number = state.lastNumber + 1;
  effects.push({ type: "request-code", number, insisting: offer.insisting });
  const spentUntil = spend(state.asked.spentUntil, CODE_PACE, moment.now);
  return {
    ...state,
    lastNumber: number,
    asked: { notBefore: moment.now + CODE_LEAST_MS, spentUntil },
    offer: { ...offer, number, sentAt: moment.now, insisting: false },
  };
}

function onCode(state: State, event: Extract<Event, { type: "code-answered" }>, moment: Moment): State {
  const { offer, asked } = state;
  const next = noteTrouble(state, event.outcome, moment);
  if (offer.at !== "requesting" || offer.number !== event.number || offer.sentAt === null) return next;
  if (event.outcome.kind === "fault") {
    const failures = offer.failures + 1;
    const { fault } = event.outcome;
    const pause = isOvertaken(offer.sentAt, fault, state)
      ? 0
      : backOff(failures, REQUEST_BACKOFF_MAX_MS, fault, moment);
    return {
      ...next,
      asked: isNoWay(fault)
        ? { notBefore: offer.sentAt + NO_WAY_LEAST_MS, spentUntil: asked.spentUntil - CODE_PACE.every }
        : asked,
      offer: { ...offer, sentAt: null, failures, retryAt: moment.now + pause },
    };
  }
  const { verdict } = event.outcome;
  if (verdict.type === "refused") return refuseOffer(next, offer, verdict, moment);
  const { windowEnds, spoilt, former } = offer;
  const { code } = verdict;
  const codes = offer.codes + 1;
  const deadline = offer.sentAt + code.expiresIn * 1000;
  const attempt = { number: event.number, ordinal: codes, code, deadline };
  const polledAt = former === null ? state.polledAt : Math.max(state.polledAt, former.attempt.deadline);
  return {
    ...next,
    offer: {
      at: "awaiting",
      windowEnds,
      codes,
      spoilt,
      former,
      watch: watchCode(attempt, polledAt, moment.now),
    },
  };
}

function refuseOffer(
  state: State,
  { windowEnds, codes, spoilt }: Offering,
  { error, description }: Refusal,
  moment: Moment,
): State {
  const retryAt = moment.now + REFUSED_RETRY_MS * (1 + moment.random);
  return {
    ...state,
    offer: { at: "refused", windowEnds, codes, spoilt, former: null, error, description, retryAt },
  };
}

function onPoll(
  state: State,
  event: Extract<Event, { type: "poll-answered" }>,
  moment: Moment,
  effects: Effect[],
): State {
  const { offer } = state;
  const next = noteTrouble(state, event.outcome, moment);
  const verdict = event.outcome.kind === "verdict" ? event.outcome.verdict : null;
  const watch = isTaking(offer) ? polledWatch(offer, event.number) : null;
  if (!isTaking(offer) || watch === null) {
    if (verdict?.type === "granted") effects.push({ type: "revoke", tokens: verdict.tokens });
    return next;
  }
  if (verdict?.type === "granted") return startGrant(next, verdict.tokens, moment, effects);
  if (verdict?.type === "denied") effects.push(history("refused", "the user refused the pairing"));
  const polled = afterPoll(watch, event.outcome, state, moment);
  if (offer.at === "requesting" || watch === offer.former)
    return { ...next, offer: { ...offer, former: polled } };
  if (verdict?.type === "refused") return refuseOffer(next, offer, verdict, moment);
  if (polled !== null) return { ...next, offer: { ...offer, watch: polled } };
  const asked = event.outcome.kind === "fault" ? (event.outcome.fault.retryAfter ?? 0) : 0;
  return nextCode(next, offer, null, moment, {
    denied: verdict?.type === "denied",
    notBefore: moment.now + asked,
  });
}

/** The code of that number, where the answer to a poll of it is waited for. */
function polledWatch(offer: Requesting | Awaiting, number: number): Watch | null {
  const watches = [offer.former, offer.at === "awaiting" ? offer.watch : null];
  return watches.find((watch) => watch?.attempt.number === number && watch.polling) ?? null;
}

/** The code after an answer that does not pair; null where it will not be polled again. */
function afterPoll(watch: Watch, outcome: Outcome<PollVerdict>, state: State, moment: Moment): Watch | null {
  const { now } = moment;
  if (outcome.kind === "fault") {
    const { fault } = outcome;
    const pause = isOvertaken(watch.polledAt, fault, state)
      ? 0
      : backOff(watch.failures + 1, POLL_BACKOFF_MAX_MS, fault, moment);
    return goingOn(failed(watch, now + pause, now + (fault.retryAfter ?? 0)));
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

// ---------------------------------------------------------------------------------------------------------------
// The authorization

function onBooted(
  state: State,
  { stored, end }: Extract<Event, { type: "booted" }>,
  moment: Moment,
  effects: Effect[],
): State {
  if (state.booted) return state;
  const booted = { ...state, booted: true };
  if (stored !== null) return takeUp(booted, stored, moment, effects);
  const ended: Ended | null = end && { reason: end.reason, wallAt: end.at, at: null, obtainedAt: null };
  return offerIfUnpaired({ ...booted, ended }, moment);
}

function takeUp(state: State, stored: AuthorizationRecord, moment: Moment, effects: Effect[]): State {
  const number = state.lastNumber + 1;
  // An unpair that the power was cut in.
  if (stored.leaving) return leave({ ...state, lastNumber: number }, number, stored, effects);
  const { current, previous, refreshBegun, device } = stored;
  const accessEnds = endByClock(current, moment);
  const grant: Grant = {
    number,
    current,
    previous,
    accessEnds,
    refreshBegun,
    settled: true,
    proven: previous === null,
    device,
    kept: device !== null,
    reading:
      accessEnds !== null && accessEnds > moment.now
        ? { at: "retry", when: moment.now + moment.random * BOOT_SPREAD_MS, failures: 0 }
        : { at: "rest" },
    readAt: moment.now,
    refresh: bootRefresh(stored, accessEnds, moment),
    refusedAt: null,
  };
  return {
    ...state,
    lastNumber: number,
    grant,
    offer: { at: "resting", reason: "not-needed" },
  };
}

/** When an access token ends that came in another life of this program; null where no clock can tell. */
function endByClock({ obtainedAt, clockTrusted, expiresIn }: StoredTokens, moment: Moment): number | null {
  const known = clockTrusted && moment.wallTrusted && obtainedAt <= moment.wall;
  return known ? moment.now + obtainedAt + expiresIn * 1000 - moment.wall : null;
}

/**
 * At once where an answer may have been lost or no clock can tell the token's age; not at all where it is fresh;
 * else soon, and not together with every other device that got power in this moment.
 */
function bootRefresh(stored: AuthorizationRecord, accessEnds: number | null, moment: Moment): Refresh {
  if (stored.current.refreshToken === null) return { at: "never" };
  const due = (when: number): Refresh => ({ at: "due", when, failing: null });
  if (stored.refreshBegun !== null || stored.previous !== null) return due(moment.now);
  if (accessEnds === null || accessEnds <= moment.now)
    return due(moment.now + (moment.random * BOOT_SPREAD_MS) / 5);
  const age = ageOf(stored.current, accessEnds, moment);
  if (age < usefulLife(stored.current) * FRESH_ENOUGH)
    return due(moment.now + refreshPause(stored.current, moment) - age);
  return due(moment.now + moment.random * BOOT_SPREAD_MS);
}

function ageOf({ expiresIn }: Tokens, accessEnds: number, moment: Moment): number {
  return expiresIn * 1000 - (accessEnds - moment.now);
}

/** An access token may live longer than the refresh token that comes with it, which must not die meanwhile. */
function usefulLife({ expiresIn }: Tokens): number {
  return Math.min(expiresIn * 1000, REFRESH_LIFE_MS / 2);
}

/** Between a half and three quarters of the access token's life: early enough for hours of bad network. */
function refreshPause(tokens: Tokens, moment: Moment): number {
  return usefulLife(tokens) * (0.5 + moment.random / 4);
}

/**
 * A network that came back has been away, and may be away for longer the next time: what is no longer fresh is renewed
 * while there is one. Devices that got it back together don't ask together.
 */
function refreshWhileUp(state: State, moment: Moment): State {
  const { grant } = state;
  if (grant === null || grant.refresh.at !== "due" || grant.refresh.failing !== null) return state;
  if (grant.accessEnds === null) return state;
  if (ageOf(grant.current, grant.accessEnds, moment) < usefulLife(grant.current) / 4) return state;
  const when = Math.min(grant.refresh.when, moment.now + moment.random * BOOT_SPREAD_MS);
  return { ...state, grant: { ...grant, refresh: { ...grant.refresh, when } } };
}

/** A clock that can be believed at last tells how old things are. */
function tellTime(state: State, moment: Moment, effects: Effect[]): State {
  const { grant, ended } = state;
  const told = {
    ...state,
    grant: grant?.accessEnds === null ? { ...grant, accessEnds: endByClock(grant.current, moment) } : grant,
  };
  if (ended?.reason !== "refused" || ended.wallAt !== null || ended.at === null) return told;
  const judged = judgeEnd(ended.at, ended.obtainedAt, moment);
  if (judged.wallAt !== null) effects.push(forget(judged));
  return { ...told, ended: judged };
}

function startGrant(state: State, tokens: Tokens, moment: Moment, effects: Effect[]): State {
  const number = state.lastNumber + 1;
  const grant = withTokens(number, tokens, null, { device: null, kept: false, refusedAt: null }, moment);
  // First of all: until this is on the disk, a power cut costs the pairing.
  effects.push({ type: "settle", number, record: recordOf(grant) });
  effects.push(history("paired", "Frame.io granted an authorization"));
  return {
    ...state,
    lastNumber: number,
    grant,
    ended: null,
    offer: { at: "resting", reason: "not-needed" },
  };
}

function withTokens(
  number: number,
  tokens: Tokens,
  previous: StoredTokens | null,
  { device, kept, refusedAt }: Pick<Grant, "device" | "kept" | "refusedAt">,
  moment: Moment,
): Grant {
  return {
    number,
    current: { ...tokens, obtainedAt: moment.wall, clockTrusted: moment.wallTrusted },
    previous,
    accessEnds: moment.now + tokens.expiresIn * 1000,
    refreshBegun: null,
    settled: false,
    proven: false,
    device,
    kept,
    reading: { at: "rest" },
    readAt: moment.now,
    refresh:
      tokens.refreshToken === null
        ? { at: "never" }
        : { at: "due", when: moment.now + refreshPause(tokens, moment), failing: null },
    refusedAt,
  };
}

function recordOf(grant: Grant): AuthorizationRecord {
  const { current, previous, refreshBegun, device } = grant;
  return { current, previous, refreshBegun, device, leaving: false };
}

function onSettled(state: State, number: number, moment: Moment, effects: Effect[]): State {
  const { grant } = state;
  if (grant === null || grant.number !== number || grant.settled) return state;
  return { ...state, grant: readDevice({ ...grant, settled: true }, 0, moment, effects) };
}

function readDevice(grant: Grant, failures: number, moment: Moment, effects: Effect[]): Grant {
  effects.push({ type: "read-device", number: grant.number, accessToken: grant.current.accessToken });
  return { ...grant, readAt: moment.now, reading: { at: "sent", failures, doubted: false } };
}

/**
 * When the device record is to be read again; null for not before something else happens. An access token that ends
 * before has made way for another one by then, which brings a reading of its own.
 */
function readDue({ watched, attended }: State, grant: Grant): number | null {
  const { reading, readAt, device, accessEnds } = grant;
  if (refreshing(grant) || reading.at === "sent") return null;
  if (reading.at === "retry") return reading.when;
  const close = !attended && (watched || device?.paused);
  const due = readAt + (close ? CLOSE_PACE_MS : WIDE_PACE_MS);
  return accessEnds !== null && due >= accessEnds ? null : due;
}

function doubt(state: State, moment: Moment): State {
  return state.grant === null ? state : { ...state, grant: doubtDevice(state.grant, moment) };
}

/** Only an answer to a question that is asked from now on will do. */
function doubtDevice(grant: Grant, moment: Moment): Grant {
  const { reading, readAt } = grant;
  if (reading.at === "sent") return { ...grant, reading: { ...reading, doubted: true } };
  const floor = Math.max(moment.now, readAt + READ_FLOOR_MS);
  return reading.at === "rest"
    ? { ...grant, reading: { at: "retry", when: floor, failures: 0 } }
    : { ...grant, reading: { ...reading, when: Math.min(reading.when, floor) } };
}

/** Whoever comes to look gets what is true now, unless it has just been asked for. */
function onWatched(state: State, watched: boolean, moment: Moment): State {
  const { grant } = state;
  const next = state.watched === watched ? state : { ...state, watched };
  const fresh = grant === null || grant.reading.at === "sent" || moment.now < grant.readAt + READ_FLOOR_MS;
  return watched && !fresh ? doubt(next, moment) : next;
}

function onDevice(
  state: State,
  event: Extract<Event, { type: "device-answered" }>,
  moment: Moment,
  effects: Effect[],
): State {
  const { grant } = state;
  const next = noteTrouble(state, event.outcome, moment);
  if (grant === null || grant.number !== event.number || grant.reading.at !== "sent") return next;
  if (!event.accessToken.equals(grant.current.accessToken)) return next;
  if (event.outcome.kind === "verdict" && event.outcome.verdict.type === "device") {
    const { device } = event.outcome.verdict;
    if (device.project !== null && device.project.id !== grant.device?.project?.id)
      effects.push(history("project", device.project.id));
    const rested: Grant = { ...grant, device, proven: true, previous: null, reading: { at: "rest" } };
    const proven = grant.reading.doubted ? doubtDevice(rested, moment) : rested;
    // A record that is read all day must not wear out a card.
    const known = grant.kept && grant.previous === null && isDeepStrictEqual(device, grant.device);
    if (!known) {
      const type = grant.kept ? "store" : "keep-device";
      effects.push({ type, number: grant.number, record: recordOf(proven) });
    }
    return { ...next, grant: proven };
  }
  const failures = grant.reading.failures + 1;
  const fault = event.outcome.kind === "fault" ? event.outcome.fault : null;
  const pause = isOvertaken(grant.readAt, fault, state)
    ? 0
    : backOff(failures, READ_BACKOFF_MAX_MS, fault, moment);
  const waiting: Grant = { ...grant, reading: { at: "retry", when: moment.now + pause, failures } };
  if (fault !== null) return { ...next, grant: waiting };
  if (grant.refresh.at === "never" && failures >= REFUSALS_FOR_GOOD)
    return endGrant(next, ranOutNow(moment), moment, effects);
  return refuseToken({ ...next, grant: waiting }, waiting, moment);
}

function onTokenRefused(
  state: State,
  event: Extract<Event, { type: "token-refused" }>,
  moment: Moment,
): State {
  const { grant } = state;
  if (grant === null || !event.accessToken.equals(grant.current.accessToken)) return state;
  const doubting = doubtDevice(grant, moment);
  return refuseToken({ ...state, grant: doubting }, doubting, moment);
}

/**
 * One refresh for a refused access token. One that never worked since it was issued, or came because its predecessor
 * was refused, has to wait for it: spending another token would turn a server's bad hour into a storm.
 */
function refuseToken(state: State, grant: Grant, moment: Moment): State {
  const { refresh, proven, refusedAt, accessEnds } = grant;
  if (refresh.at !== "due" || refresh.failing !== null) return state;
  if (refusedAt !== null && refusedAt > moment.now) return state;
  const last = proven ? refusedAt : moment.now;
  const earliest = last === null ? moment.now : Math.max(moment.now, last + REFUSED_AGAIN_MS);
  const when = Math.min(refresh.when, earliest);
  return {
    ...state,
    grant: {
      ...grant,
      accessEnds: when > moment.now ? accessEnds : moment.now,
      refresh: { ...refresh, when },
      refusedAt: when,
    },
  };
}

function onTokenWanted(state: State, life: number, moment: Moment): State {
  const { grant } = state;
  if (grant === null || grant.refresh.at !== "due" || grant.refresh.failing !== null) return state;
  if (grant.accessEnds !== null && grant.accessEnds - moment.now >= life) return state;
  return { ...state, grant: { ...grant, refresh: { ...grant.refresh, when: moment.now } } };
}

function onPrepared(
  state: State,
  event: Extract<Event, { type: "refresh-prepared" }>,
  moment: Moment,
  effects: Effect[],
): State {
  const { grant } = state;
  if (grant === null || grant.number !== event.number || grant.refresh.at !== "preparing") return state;
  const { failing } = grant.refresh;
  if (!event.ok) return { ...state, grant: refreshLater(grant, failing, "storage", null, null, moment) };
  return sendRefresh(state, grant, "current", failing, moment, effects);
}

function sendRefresh(
  state: State,
  grant: Grant,
  token: "current" | "previous",
  failing: Failing | null,
  moment: Moment,
  effects: Effect[],
): State {
  const refreshToken = (token === "current" ? grant.current : grant.previous)?.refreshToken ?? null;
  if (refreshToken === null) return state;
  effects.push({ type: "refresh", number: grant.number, refreshToken });
  return { ...state, grant: { ...grant, refresh: { at: "sent", sentAt: moment.now, token, failing } } };
}

function onRefreshed(
  state: State,
  event: Extract<Event, { type: "refresh-answered" }>,
  moment: Moment,
  effects: Effect[],
): State {
  const { grant } = state;
  const next = noteTrouble(state, event.outcome, moment);
  if (grant === null || grant.number !== event.number || grant.refresh.at !== "sent") {
    if (event.outcome.kind === "verdict" && event.outcome.verdict.type === "refreshed")
      effects.push({ type: "revoke", tokens: event.outcome.verdict.tokens });
    return next;
  }
  const { failing, token, sentAt } = grant.refresh;
  if (event.outcome.kind === "fault") {
    const { fault } = event.outcome;
    const later = refreshLater(grant, failing, fault.kind, null, fault, moment);
    return {
      ...next,
      grant: isOvertaken(sentAt, fault, state) ? refreshNow(later, state.hurried.anew, moment) : later,
    };
  }
  return onRefreshVerdict(next, grant, event.outcome.verdict, token, failing, moment, effects);
}

function onRefreshVerdict(
  state: State,
  grant: Grant,
  verdict: RefreshVerdict,
  token: "current" | "previous",
  failing: Failing | null,
  moment: Moment,
  effects: Effect[],
): State {
  switch (verdict.type) {
    case "refreshed": {
      // RFC 6749 §6: a server that sends no new refresh token lets the old one stand.
      const refreshToken = verdict.tokens.refreshToken ?? grant.current.refreshToken;
      const renewed = withTokens(
        grant.number,
        { ...verdict.tokens, refreshToken },
        grant.current,
        grant,
        moment,
      );
      effects.push({ type: "settle", number: grant.number, record: recordOf(renewed) });
      return { ...state, grant: renewed };
    }
    case "ended": {
      const { current, previous } = grant;
      const another = previous?.refreshToken != null && !current.refreshToken?.equals(previous.refreshToken);
      if (token === "current" && another)
        return sendRefresh(state, grant, "previous", failing, moment, effects);
      const ended = judgeEnd(moment.now, current.clockTrusted ? current.obtainedAt : null, moment);
      return endGrant(state, ended, moment, effects);
    }
    case "refused":
      return { ...state, grant: refreshLater(grant, failing, "refused", verdict.error, null, moment) };
  }
}

/** Faults after which the server may have answered. */
const LOSSES: readonly Failing["cause"][] = ["timeout", "connect", "malformed", "oversized"];

/** An answer that may have been lost on its way back is asked for again at once; everything else backs off. */
function refreshLater(
  grant: Grant,
  before: Failing | null,
  cause: Failing["cause"],
  error: string | null,
  fault: Fault | null,
  moment: Moment,
): Grant {
  const failing: Failing = {
    since: before?.since ?? moment.now,
    count: (before?.count ?? 0) + 1,
    cause,
    error,
  };
  const lostAgain = before !== null && LOSSES.includes(before.cause);
  const atOnce = LOSSES.includes(cause) && !lostAgain && fault?.retryAfter === null;
  const pause =
    cause === "refused"
      ? REFUSED_RETRY_MS * (1 + moment.random)
      : backOff(failing.count, REFRESH_BACKOFF_MAX_MS, fault, moment);
  return { ...grant, refresh: { at: "due", when: atOnce ? moment.now : moment.now + pause, failing } };
}

/** Whether 14 days without a refresh have ended it, as far as a clock can tell; `at` is when the server said no. */
function judgeEnd(at: number, obtainedAt: number | null, moment: Moment): Ended {
  const wallAt = moment.wallTrusted ? moment.wall - (moment.now - at) : null;
  const lastDay = obtainedAt === null ? null : obtainedAt + REFRESH_LIFE_MS;
  const ranOut = wallAt !== null && lastDay !== null && wallAt >= lastDay;
  return { reason: ranOut ? "ran-out" : "refused", wallAt: ranOut ? lastDay : wallAt, at, obtainedAt };
}

function ranOutNow(moment: Moment): Ended {
  const wallAt = moment.wallTrusted ? moment.wall : null;
  return { reason: "ran-out", wallAt, at: moment.now, obtainedAt: null };
}

function endGrant(state: State, ended: Ended, moment: Moment, effects: Effect[]): State {
  effects.push(history("ended", ended.reason));
  effects.push(forget(ended));
  const without = { ...state, grant: null, ended };
  return isOffering(state.offer) ? without : offerIfUnpaired(without, moment);
}

function forget({ reason, wallAt }: Ended): Effect {
  return { type: "forget", end: { reason, at: wallAt } };
}

function onUnpair(state: State, effects: Effect[]): State {
  const { grant } = state;
  if (grant === null) return state;
  const left = leave(state, grant.number, recordOf(grant), effects);
  effects.push(history("unpaired", "on request"));
  return left;
}

function leave(state: State, number: number, record: AuthorizationRecord, effects: Effect[]): State {
  effects.push({ type: "leave", number, record: { ...record, leaving: true } });
  return rest({ ...state, grant: null, leaving: number, ended: null }, "not-needed");
}

function onStatus(state: State, paused: boolean, moment: Moment, effects: Effect[]): State {
  const { grant } = state;
  if (grant === null || grant.device === null) return state;
  // An answer on its way may be older than what was told now.
  const current = grant.reading.at === "sent" ? doubtDevice(grant, moment) : grant;
  if (grant.device.paused === paused) return { ...state, grant: current };
  const next = { ...current, device: { ...grant.device, paused } };
  if (grant.settled) effects.push({ type: "store", number: grant.number, record: recordOf(next) });
  return { ...state, grant: next };
}

// ---------------------------------------------------------------------------------------------------------------
// Shared

/**
 * The way may be free again: whatever waits out a back-off is tried now, but no poll comes before its interval. Where
 * that is too early (the address is there, its gateway or name server not yet), the back-off grows from its beginning.
 */
function hurry(state: State, moment: Moment, byHand = false): State {
  const { offer, grant, trouble, hurried } = state;
  if (trouble?.kind === "rate-limited") return state;
  if (!byHand && moment.now < earliest(hurried.spentUntil, HURRY_PACE)) return state;
  const anew = byHand || hurried.spentUntil <= moment.now;
  // Where nothing fails, nothing is cut short.
  const spentUntil =
    trouble === null ? hurried.spentUntil : spend(hurried.spentUntil, HURRY_PACE, moment.now);
  return {
    ...state,
    hurried: { at: moment.now, anew, spentUntil },
    offer: hurryOffer(offer, anew, byHand, moment),
    grant: grant === null ? null : hurryGrant(grant, anew, byHand, moment),
  };
}

function hurryOffer(offer: Offer, anew: boolean, refusedToo: boolean, moment: Moment): Offer {
  const countOf = (failures: number) => (anew ? Math.min(failures, 1) : failures);
  if (offer.at === "requesting" && offer.failures > 0) {
    const retryAt = offer.sentAt === null ? moment.now : offer.retryAt;
    return { ...offer, retryAt, failures: countOf(offer.failures) };
  }
  if (offer.at === "awaiting" && offer.watch.failures > 0 && !offer.watch.polling)
    return { ...offer, watch: hurriedWatch(offer.watch, countOf(offer.watch.failures), moment.now) };
  if (offer.at === "refused" && refusedToo) return { ...offer, retryAt: moment.now };
  return offer;
}

function hurryGrant(grant: Grant, anew: boolean, refusedToo: boolean, moment: Moment): Grant {
  const { refresh, reading } = grant;
  const failing = refresh.at === "never" ? null : refresh.failing;
  const renewed =
    failing !== null && (refusedToo || failing.cause !== "refused") ? refreshNow(grant, anew, moment) : grant;
  if (reading.at !== "retry" || reading.failures === 0) return renewed;
  return { ...renewed, reading: { ...reading, when: moment.now, failures: anew ? 1 : reading.failures } };
}

/** A refresh that fails is tried at once, and what it says of the past stays known. */
function refreshNow(grant: Grant, anew: boolean, moment: Moment): Grant {
  const { refresh } = grant;
  if (refresh.at !== "due" || refresh.failing === null) return grant;
  const { count } = refresh.failing;
  const failing = { ...refresh.failing, count: anew ? Math.min(count, FAILING_ANEW) : count };
  return { ...grant, refresh: { ...refresh, when: moment.now, failing } };
}

/** Whether a fault tells of a way that is no longer the one to Frame.io. */
function isOvertaken(sentAt: number, fault: Fault | null, { hurried }: State): boolean {
  return fault !== null && sentAt < hurried.at && isNoWay(fault);
}

/** Whether a fault tells of the way to Frame.io, and not of Frame.io. */
function isNoWay({ kind }: Fault): boolean {
  return kind === "clock" || NO_WAY.includes(kind);
}

function noteTrouble(state: State, outcome: Outcome<unknown>, moment: Moment): State {
  if (outcome.kind === "verdict") return state.trouble === null ? state : { ...state, trouble: null };
  const { trouble } = state;
  return {
    ...state,
    trouble: {
      kind: outcome.fault.kind,
      since: trouble?.since ?? moment.now,
      count: (trouble?.count ?? 0) + 1,
    },
  };
}

/** Exponential back-off with full jitter, never sooner than the server asked. */
function backOff(failures: number, most: number, fault: Fault | null, moment: Moment): number {
  const ceiling = Math.min(most, BACKOFF_BASE_MS * 2 ** Math.min(failures - 1, 20));
  const pause = Math.max(BACKOFF_LEAST_MS, moment.random * ceiling);
  return Math.max(pause, fault?.retryAfter ?? 0);
}

function history(event: HistoryEvent, detail: string): Effect {
  return { type: "record", event, detail };
}
