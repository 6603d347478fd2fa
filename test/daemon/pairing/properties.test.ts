import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Tokens } from "../../../daemon/contract/authorization.ts";
import type { FaultKind, Outcome, PollVerdict, RefreshVerdict } from "../../../daemon/contract/verdicts.ts";
import type { Effect, Event, RefreshPrepared } from "../../../daemon/pairing/events.ts";
import { step, wakeAt } from "../../../daemon/pairing/machine.ts";
import { shownAttempt } from "../../../daemon/pairing/name.ts";
import { grantOf, initialState, type State } from "../../../daemon/pairing/state.ts";
import { isDone } from "../../../daemon/pairing/watch.ts";
import { code, device, fault, moment, record, tokens, verdict } from "./examples.ts";

const RUNS = 3_000;
const STEPS = 80;

/** A move of the world: time passes, a question is answered, or a person acts. `pick` chooses among what is open. */
type Move =
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "wake" }
  | { readonly do: "answer"; readonly pick: number; readonly how: number; readonly fault: FaultKind | null }
  | { readonly do: "act"; readonly what: number };

const faults: readonly FaultKind[] = [
  "dns",
  "timeout",
  "captive-portal",
  "rate-limited",
  "server",
  "clock",
  "malformed",
];
const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
  },
  { weight: 6, arbitrary: fc.constant<Move>({ do: "wake" }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      pick: fc.nat(9),
      how: fc.nat(9),
      fault: fc.option(fc.constantFrom(...faults), { freq: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("act" as const), what: fc.nat(99) }) },
);

type Asked = Extract<
  Effect,
  {
    type: "request-code" | "poll" | "store" | "read-device" | "prepare-refresh" | "refresh" | "leave";
  }
>;

/** Whether the access token has so little life left that it is refreshed without the disk. */
function nearsItsEnd(state: State, now: number): boolean {
  const grant = grantOf(state);
  if (grant?.refresh.at !== "sent") return false;
  const { accessEnds, refresh } = grant;
  return (accessEnds ?? (refresh.failing?.since ?? now) + 2 * 600_000) - now <= 600_000;
}

/** The world around the machine, which keeps its own account of what is allowed. */
class World {
  state: State = initialState;
  now = 0;
  readonly #random: number;
  readonly #manual: boolean;
  #open: Asked[] = [];
  #serial = 0;
  /** Per code: when it came or was polled last, the interval that the server asks for now, and when it dies. */
  readonly #polls = new Map<number, { at: number; interval: number; deadline: number; polled: boolean }>();
  /** When the last poll left, of whatever code. */
  #polledAt = Number.NEGATIVE_INFINITY;
  /** Requests for codes: when they left, and whether they found no way to Frame.io. */
  readonly #requests = new Map<number, { readonly at: number; reached: boolean }>();
  /** Presses that no request has followed. */
  #pressed = false;
  #prepared: RefreshPrepared | null = null;

  constructor(random: number, manual: boolean, stored: boolean) {
    this.#random = random;
    this.#manual = manual;
    this.send({ type: "booted", stored: stored ? record() : null, end: null });
  }

  send(event: Event): void {
    const before = this.state;
    const settings = { start: this.#manual ? ("manual" as const) : ("auto" as const), window: 0 };
    const { state, effects } = step(before, event, moment(this.now, { random: this.#random, settings }));
    this.state = state;
    for (const effect of effects) this.#check(effect);
    this.#keepsTokens(before, event, effects);
    this.#neverStops();
  }

  #check(effect: Effect): void {
    switch (effect.type) {
      case "request-code":
        this.#checkPace();
        assert.ok(!effect.insisting || this.#pressed, "insists only where a person does, and once");
        if (effect.insisting) this.#pressed = false;
        this.#requests.set(effect.number, { at: this.now, reached: true });
        break;
      case "poll": {
        const last = this.#polls.get(effect.number);
        assert.ok(last !== undefined, "polls a code that was given out");
        // RFC 8628 §3.5 counts from poll to poll: a code that lives no longer than that has one as it dies.
        const least = last.polled
          ? last.at + last.interval
          : Math.min(last.at + last.interval, last.deadline);
        assert.ok(this.now >= least, `polls no faster than every ${last.interval} ms`);
        assert.ok(this.now - this.#polledAt >= INTERVAL_MS, "nor by changing the code");
        last.at = this.now;
        last.polled = true;
        this.#polledAt = this.now;
        break;
      }
      case "prepare-refresh":
        assert.notEqual(effect.record.refreshBegun, null, "records the intent before a refresh");
        break;
      case "refresh":
        assert.ok(
          this.#prepared?.ok || this.#prepared?.atStake === false || nearsItsEnd(this.state, this.now),
          "spends a token that the disk holds only when it took the intent, or as the access token ends",
        );
        // A refresh of an authorization that was replaced meanwhile may still be under way; its answer is revoked.
        assert.ok(
          !this.#open.some(({ type, number }) => type === "refresh" && number === effect.number),
          "one refresh of an authorization at a time",
        );
        break;
      case "store":
        assert.notEqual(effect.record.current.accessToken, null);
        break;
      case "read-device":
      case "leave":
      case "revoke":
      case "forget":
      case "record":
        break;
    }
    const answered = effect.type !== "forget" && effect.type !== "record" && effect.type !== "revoke";
    if (answered && (effect.type !== "store" || effect.answer !== null)) this.#open.push(effect);
  }

  #checkPace(): void {
    const all = [...this.#requests.values()];
    const last = all.at(-1);
    const least = (last?.reached ? 1_000 : 250) - ROUNDING;
    assert.ok(last === undefined || this.now - last.at >= least, `asks for codes every ${least} ms at most`);
    for (const seconds of [10, 60, 600]) {
      const recent = all.filter(({ at, reached }) => reached && at > this.now - seconds * 1000 + ROUNDING);
      assert.ok(recent.length < 5 + seconds / 10, `${recent.length + 1} codes in ${seconds} s`);
    }
  }

  #keepsTokens(before: State, event: Event, effects: readonly Effect[]): void {
    const grantedNow = tokensIn(event);
    if (grantedNow !== null) {
      const kept = grantOf(this.state)?.current.accessToken.equals(grantedNow.accessToken) ?? false;
      const revoked = effects.some(
        (effect) => effect.type === "revoke" && effect.tokens.accessToken.equals(grantedNow.accessToken),
      );
      assert.ok(kept || revoked, "what the server grants is kept, or revoked where nobody waits for it");
    }
    const held = grantOf(before);
    const now = grantOf(this.state);
    if (held === null || now?.number === held.number) return;
    const ended =
      event.type === "refresh-answered" &&
      event.outcome.kind === "verdict" &&
      event.outcome.verdict.type === "ended";
    const { refresh, accessEnds, reading } = held;
    const refusedForGood = event.type === "device-answered" && reading.at === "sent" && reading.failures >= 2;
    const usedUp =
      refresh.at === "never" && (refusedForGood || (accessEnds !== null && accessEnds <= this.now));
    const replaced = grantedNow !== null && now !== null;
    assert.ok(
      ended || usedUp || replaced || event.type === "unpair-requested",
      `${event.type} must not cost the authorization`,
    );
  }

  #neverStops(): void {
    const { offer } = this.state;
    const wake = wakeAt(this.state);
    assert.ok(wake === null || wake > this.now, "nothing that is due stays undone");
    const shown = shownAttempt(offer);
    if (shown !== null) {
      assert.ok(shown.deadline > this.now, "shows no dead code");
      const watch = offer.at === "awaiting" ? offer.watch : offer.at === "requesting" ? offer.former : null;
      assert.ok(watch?.attempt === shown && !isDone(watch), "polls the code that it shows");
    }
    const mustMove =
      offer.at !== "resting" ||
      grantOf(this.state) !== null ||
      (!this.#manual && offer.reason === "not-started");
    if (mustMove) assert.ok(wake !== null || this.#open.length > 0, "never stops for ever");
  }

  move(move: Move): void {
    switch (move.do) {
      case "wait":
        this.now = Math.min(this.now + move.ms, wakeAt(this.state) ?? Number.POSITIVE_INFINITY);
        this.send({ type: "tick" });
        return;
      case "wake":
        this.now = Math.max(this.now, wakeAt(this.state) ?? this.now);
        this.send({ type: "tick" });
        return;
      case "act": {
        const event = ACTS[move.what % ACTS.length]?.(this.state) ?? { type: "tick" };
        if (event.type === "pair-requested") this.#pressed = true;
        this.send(event);
        return;
      }
      case "answer": {
        const index = move.pick % Math.max(1, this.#open.length);
        const [asked] = this.#open.splice(index, 1);
        if (asked !== undefined) this.send(this.#answer(asked, move));
      }
    }
  }

  #answer(asked: Asked, move: Extract<Move, { do: "answer" }>): Event {
    const { number } = asked;
    const outcome =
      move.fault === null ? null : fault(move.fault, { retryAfter: move.how === 0 ? 30_000 : null });
    this.#serial += 1;
    const issued = tokens(`t${this.#serial}`);
    switch (asked.type) {
      case "request-code": {
        const request = this.#requests.get(number);
        if (request !== undefined && move.fault !== null && NO_WAY_AT_ALL.includes(move.fault))
          request.reached = false;
        if (outcome !== null) return { type: "code-answered", number, outcome };
        if (move.how === 0)
          return {
            type: "code-answered",
            number,
            outcome: verdict({ type: "refused", error: "invalid_client", description: null }),
          };
        const expiresIn = LIVES[move.how % LIVES.length] ?? 120;
        const deadline = (request?.at ?? this.now) + expiresIn * 1000;
        this.#polls.set(number, { at: this.now, interval: INTERVAL_MS, deadline, polled: false });
        return {
          type: "code-answered",
          number,
          outcome: verdict({ type: "offered", code: code({ expiresIn }) }),
        };
      }
      case "poll": {
        if (outcome !== null) return { type: "poll-answered", number, outcome };
        const given = POLLS[move.how % POLLS.length]?.(issued) ?? { type: "pending" };
        const schedule = this.#polls.get(number);
        if (given.type === "slow-down" && schedule !== undefined)
          schedule.interval = given.interval === null ? schedule.interval + 5_000 : given.interval * 1000;
        return { type: "poll-answered", number, outcome: verdict(given) };
      }
      case "store":
        return asked.answer === null ? { type: "tick" } : { type: asked.answer, number };
      case "prepare-refresh":
        // The intent on disk covers the attempt with the pair before as well.
        this.#prepared =
          move.how > 1
            ? { type: "refresh-prepared", number, ok: true }
            : { type: "refresh-prepared", number, ok: false, atStake: move.how === 1 };
        return this.#prepared;
      case "refresh":
        if (outcome !== null) return { type: "refresh-answered", number, outcome };
        return {
          type: "refresh-answered",
          number,
          outcome: verdict(
            REFRESHES[move.how % REFRESHES.length]?.(issued) ?? { type: "refreshed", tokens: issued },
          ),
        };
      case "read-device": {
        const { accessToken } = asked;
        if (outcome !== null) return { type: "device-answered", number, accessToken, outcome };
        const given =
          move.how < 2 ? ({ type: "unauthorized" } as const) : ({ type: "device", device } as const);
        return { type: "device-answered", number, accessToken, outcome: verdict(given) };
      }
      case "leave":
        return { type: "left", number, unrevoked: null };
    }
  }
}

/** Seconds that a code lives, as servers may have it. */
const LIVES = [120, 0.001, 1, 4, 7, 20, 30, 60, 90, 120] as const;
const INTERVAL_MS = 5_000;
/** Milliseconds: times here are no whole numbers. */
const ROUNDING = 0.001;
const NO_WAY_AT_ALL: readonly FaultKind[] = ["dns", "timeout", "captive-portal", "clock"];

const POLLS: readonly ((tokens: Tokens) => PollVerdict)[] = [
  () => ({ type: "pending" }),
  () => ({ type: "pending" }),
  () => ({ type: "pending" }),
  () => ({ type: "slow-down", interval: null }),
  () => ({ type: "slow-down", interval: 60 }),
  () => ({ type: "expired" }),
  () => ({ type: "denied" }),
  () => ({ type: "refused", error: "invalid_client", description: null }),
  (issued) => ({ type: "granted", tokens: issued }),
  (issued) => ({ type: "granted", tokens: { ...issued, refreshToken: null } }),
];

const REFRESHES: readonly ((tokens: Tokens) => RefreshVerdict)[] = [
  (issued) => ({ type: "refreshed", tokens: issued }),
  (issued) => ({ type: "refreshed", tokens: issued }),
  (issued) => ({ type: "refreshed", tokens: issued }),
  () => ({ type: "refused", error: "invalid_client", description: null }),
  () => ({ type: "ended", error: "invalid_grant" }),
];

const ACTS: readonly ((state: State) => Event)[] = [
  () => ({ type: "pair-requested" }),
  () => ({ type: "cancel-requested" }),
  () => ({ type: "unpair-requested" }),
  () => ({ type: "network-changed", up: true }),
  () => ({ type: "clock-changed" }),
  () => ({ type: "secret-changed" }),
  () => ({ type: "token-wanted", life: 60_000 }),
  (state) => {
    const grant = grantOf(state);
    return grant === null
      ? { type: "tick" }
      : { type: "token-refused", accessToken: grant.current.accessToken };
  },
  () => ({ type: "status-told", paused: true }),
  () => ({ type: "device-doubted" }),
  () => ({ type: "watched", watched: true }),
  () => ({ type: "watched", watched: false }),
  () => ({ type: "attended", joined: true }),
  () => ({ type: "attended", joined: false }),
];

function tokensIn(event: Event): Tokens | null {
  if ((event.type !== "poll-answered" && event.type !== "refresh-answered") || event.outcome.kind === "fault")
    return null;
  const { verdict: given } = event.outcome;
  return given.type === "granted" || given.type === "refreshed" ? given.tokens : null;
}

/** All that could make a device ask for codes: servers that spoil them, programs, networks and clocks in a storm. */
const storms: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  },
  { weight: 2, arbitrary: fc.constant<Move>({ do: "wake" }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      pick: fc.nat(2),
      how: fc.constantFrom(0, 1, 2, 3, 5, 6),
      fault: fc.option(fc.constantFrom<FaultKind>("dns", "clock", "rate-limited", "server"), { freq: 3 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("act" as const), what: fc.constantFrom(0, 1, 3, 4, 5) }),
  },
);

test("no server, clock, network or program makes a device ask for codes faster than its pace", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.array(storms, { minLength: 3 * STEPS, maxLength: 5 * STEPS }),
      (random, list) => {
        const world = new World(random, false, false);
        for (const move of list) world.move(move);
      },
    ),
    { numRuns: RUNS / 10, includeErrorInReport: true },
  );
});

test("no sequence of events loses tokens, shows a code that is not polled, polls too fast, or stops for ever", (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.boolean(),
      fc.boolean(),
      fc.array(moves, { minLength: STEPS / 2, maxLength: STEPS }),
      (random, manual, stored, list) => {
        const world = new World(random, manual, stored);
        for (const move of list) world.move(move);
      },
    ),
    { numRuns: RUNS, includeErrorInReport: true },
  );
  t.diagnostic(`${RUNS} sequences of up to ${STEPS} moves`);
});

/** What happens next to a device that holds an authorization. */
type Turn = "time" | "answer" | "request lost" | "answer lost" | "refused" | "power cut";

const turns: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Turn>("time") },
  { weight: 8, arbitrary: fc.constant<Turn>("answer") },
  { weight: 2, arbitrary: fc.constant<Turn>("request lost") },
  { weight: 1, arbitrary: fc.constant<Turn>("answer lost") },
  { weight: 1, arbitrary: fc.constant<Turn>("refused") },
  { weight: 2, arbitrary: fc.constant<Turn>("power cut") },
);

type Work = Extract<Effect, { type: "store" | "read-device" | "prepare-refresh" | "refresh" }>;

/** A device, its disk, and a server whose refresh tokens are good for one use. */
class Rotation {
  disk = record();
  /** The one refresh token that the server takes. */
  valid = "stored-refresh";
  /** Whether the server's last answer never came to be on the disk. */
  lost = false;
  ended = false;
  refreshes = 0;
  #state: State = initialState;
  #now = 0;
  #open: Work[] = [];
  #serial = 0;

  constructor() {
    this.#send({ type: "booted", stored: this.disk, end: null });
  }

  take(turn: Turn): void {
    if (turn === "power cut") this.#cutPower();
    else if (turn === "time") {
      this.#now = Math.max(this.#now, wakeAt(this.#state) ?? this.#now);
      this.#send({ type: "tick" });
    } else {
      const work = this.#open.shift();
      const event = work === undefined ? null : this.#perform(work, turn);
      if (event !== null) this.#send(event);
    }
  }

  #send(event: Event): void {
    const { state, effects } = step(this.#state, event, moment(this.#now));
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === "forget") {
        assert.ok(this.lost, "ends only where the server's last answer was lost");
        this.ended = true;
      }
      if (effect.type === "read-device")
        assert.ok(effect.accessToken.equals(this.disk.current.accessToken), "durable before it is used");
      if (effect.type === "refresh") {
        const { current, previous, refreshBegun } = this.disk;
        const held = [current, previous].some((pair) => pair?.refreshToken?.equals(effect.refreshToken));
        assert.ok(
          held && (refreshBegun !== null || nearsItsEnd(state, this.#now)),
          "spends what is on the disk, with the intent beside it, or as the access token ends",
        );
      }
      if (isWork(effect)) this.#open.push(effect);
    }
  }

  #cutPower(): void {
    const grant = grantOf(this.#state);
    const holds = (...pairs: (Tokens | null)[]) =>
      pairs.some((pair) => pair?.refreshToken?.reveal() === this.valid);
    const { current, previous } = this.disk;
    const known = grant !== null && holds(grant.current, grant.rotation.previous);
    if (known && !holds(current, previous)) this.lost = true;
    this.#state = initialState;
    this.#open = [];
    this.#send({ type: "booted", stored: this.disk, end: null });
  }

  #perform(work: Work, turn: Turn): Event | null {
    const { number } = work;
    switch (work.type) {
      case "store":
        this.disk = work.record;
        return work.answer && { type: work.answer, number };
      case "prepare-refresh": {
        if (turn === "refused") return { type: "refresh-prepared", number, ok: false, atStake: true };
        this.disk = work.record;
        return { type: "refresh-prepared", number, ok: true };
      }
      case "read-device": {
        const { accessToken } = work;
        const answers = { answer: { type: "device", device }, refused: { type: "unauthorized" } } as const;
        const outcome = turn === "answer" || turn === "refused" ? verdict(answers[turn]) : fault("timeout");
        return { type: "device-answered", number, accessToken, outcome };
      }
      case "refresh":
        return { type: "refresh-answered", number, outcome: this.#ask(work.refreshToken.reveal(), turn) };
    }
  }

  #ask(token: string, turn: Turn): Outcome<RefreshVerdict> {
    if (turn === "request lost") return fault("server");
    if (turn === "refused") return verdict({ type: "refused", error: "invalid_client", description: null });
    return this.#rotate(token, turn === "answer lost");
  }

  #rotate(spent: string, answerLost: boolean): Outcome<RefreshVerdict> {
    if (spent !== this.valid)
      return answerLost ? fault("timeout") : verdict({ type: "ended", error: "invalid_request" });
    this.#serial += 1;
    this.refreshes += 1;
    const issued = tokens(`issued-${this.#serial}`);
    this.valid = issued.refreshToken?.reveal() ?? "";
    if (!answerLost) return verdict({ type: "refreshed", tokens: issued });
    this.lost = true;
    return fault("timeout");
  }
}

function isWork(effect: Effect): effect is Work {
  return ["store", "read-device", "prepare-refresh", "refresh"].includes(effect.type);
}

test("an authorization ends only where an answer was lost that no device could have kept", (t) => {
  let refreshes = 0;
  let ends = 0;
  fc.assert(
    fc.property(fc.boolean(), fc.array(turns, { minLength: STEPS, maxLength: 2 * STEPS }), (lossy, list) => {
      const rotation = new Rotation();
      for (const turn of list)
        if (!rotation.ended) rotation.take(turn === "answer lost" && !lossy ? "answer" : turn);
      refreshes += rotation.refreshes;
      if (rotation.ended) ends += 1;
    }),
    { numRuns: RUNS },
  );
  t.diagnostic(`${refreshes} refreshes in ${RUNS} lives, ${ends} of which ended by an answer that was lost`);
});
