import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AuthorizationRecord, REFRESH_LIFE_MS } from "../../../daemon/contract/authorization.ts";
import { FAULT_KINDS, type FaultKind } from "../../../daemon/contract/verdicts.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import type { Effect, Event } from "../../../daemon/pairing/events.ts";
import { step, wakeAt } from "../../../daemon/pairing/machine.ts";
import { shownAttempt, stateName } from "../../../daemon/pairing/name.ts";
import { endOf, grantOf, initialState, type State } from "../../../daemon/pairing/state.ts";
import { code, device, fault, moment, play, record, tokens, verdict, WALL } from "./examples.ts";

const booted: Event = { type: "booted", stored: null, end: null };
const tick: Event = { type: "tick" };
const offered = (number: number, given = {}): Event => ({
  type: "code-answered",
  number,
  outcome: verdict({ type: "offered", code: code(given) }),
});
const pending = (number: number): Event => ({
  type: "poll-answered",
  number,
  outcome: verdict({ type: "pending" }),
});
const granted = (number: number): Event => ({
  type: "poll-answered",
  number,
  outcome: verdict({ type: "granted", tokens: tokens("new") }),
});

function only<T extends Effect["type"]>(effects: readonly Effect[], type: T): Extract<Effect, { type: T }> {
  const found = effects.filter((effect) => effect.type === type);
  assert.equal(
    found.length,
    1,
    `one ${type} in ${effects.map((effect) => effect.type).join(", ") || "nothing"}`,
  );
  return found[0] as Extract<Effect, { type: T }>;
}

/** The record that is written, and answered so. */
function stored(effects: readonly Effect[], answer: "settled" | "device-kept" | null): AuthorizationRecord {
  const store = only(effects, "store");
  assert.equal(store.answer, answer);
  return store.record;
}

/** When its tokens are to be renewed. */
function refreshAt(state: State): number {
  const grant = grantOf(state);
  assert.ok(grant?.refresh.at === "due");
  return grant.refresh.when;
}

/** One state of every shape, reached as the daemon reaches it. */
function everyState(): Record<string, State> {
  const awaiting = play([
    [0, booted],
    [100, offered(1)],
  ]).state;
  const polling = step(awaiting, tick, moment(5_700)).state;
  const fresh = step(polling, granted(1), moment(6_000)).state;
  const number = grantOf(fresh)?.number ?? 0;
  const accessToken = grantOf(fresh)?.current.accessToken ?? new Secret("");
  const confirming = step(fresh, { type: "settled", number }, moment(6_010)).state;
  const unkept = step(
    confirming,
    { type: "device-answered", number, accessToken, outcome: verdict({ type: "device", device }) },
    moment(6_200),
  ).state;
  const paired = step(unkept, { type: "device-kept", number }, moment(6_210)).state;
  const due = refreshAt(paired);
  const preparing = step(paired, tick, moment(due)).state;
  const refreshing = step(preparing, { type: "refresh-prepared", number, ok: true }, moment(due)).state;
  return {
    starting: initialState,
    "requesting-code": play([[0, booted]]).state,
    "waiting-for-network": play([
      [0, booted],
      [100, { type: "code-answered", number: 1, outcome: fault("dns") }],
    ]).state,
    "waiting-for-clock": play([
      [0, booted],
      [100, { type: "code-answered", number: 1, outcome: fault("clock") }],
    ]).state,
    "awaiting-user": awaiting,
    "awaiting-user, polling": polling,
    unconfigured: play([
      [0, booted],
      [
        100,
        {
          type: "code-answered",
          number: 1,
          outcome: verdict({ type: "refused", error: "invalid_client", description: null }),
        },
      ],
    ]).state,
    "idle, cancelled": step(awaiting, { type: "cancel-requested" }, moment(200)).state,
    "idle, manual": play([[0, booted]], { settings: { start: "manual", window: 0 } }).state,
    "confirming, unsettled": fresh,
    confirming,
    "confirming, project not yet stored": unkept,
    paired,
    "paired, preparing": preparing,
    "paired, refreshing": refreshing,
    "paired, refresh failing": step(
      refreshing,
      { type: "refresh-answered", number, outcome: fault("dns") },
      moment(due + 100),
    ).state,
    "requesting-code, paired": step(paired, { type: "pair-requested" }, moment(7_000)).state,
    "idle, leaving": step(paired, { type: "unpair-requested" }, moment(7_000)).state,
    ended: step(
      refreshing,
      { type: "refresh-answered", number, outcome: verdict({ type: "ended", error: "invalid_grant" }) },
      moment(due + 100),
    ).state,
  };
}

/** One event of every shape, aimed at the given state and, where it names a number, past it as well. */
function everyEvent(state: State): Event[] {
  const accessToken = grantOf(state)?.current.accessToken ?? new Secret("nobody's");
  const refused = { type: "refused", error: "invalid_request", description: null } as const;
  const plain: Event[] = [
    booted,
    { type: "booted", stored: record(), end: null },
    tick,
    { type: "pair-requested" },
    { type: "cancel-requested" },
    { type: "unpair-requested" },
    { type: "token-refused", accessToken },
    { type: "token-refused", accessToken: new Secret("older") },
    { type: "token-wanted", life: 60_000 },
    { type: "status-told", paused: true },
    { type: "status-told", paused: false },
    { type: "device-doubted" },
    { type: "watched", watched: true },
    { type: "watched", watched: false },
    { type: "attended", joined: true },
    { type: "attended", joined: false },
    { type: "network-changed", up: true },
    { type: "network-changed", up: false },
    { type: "clock-changed" },
    { type: "secret-changed" },
    { type: "found", stored: record() },
  ];
  const faults = FAULT_KINDS.map((kind) => fault(kind));
  const numbered = [state.lastNumber, state.lastNumber - 1, grantOf(state)?.number ?? 99].flatMap(
    (number): Event[] => [
      { type: "settled", number },
      { type: "device-kept", number },
      { type: "left", number, unrevoked: null },
      { type: "refresh-prepared", number, ok: true },
      { type: "refresh-prepared", number, ok: false, atStake: true },
      { type: "refresh-prepared", number, ok: false, atStake: false },
      offered(number),
      { type: "code-answered", number, outcome: verdict(refused) },
      granted(number),
      pending(number),
      ...(["expired", "denied"] as const).map(
        (type): Event => ({ type: "poll-answered", number, outcome: verdict({ type }) }),
      ),
      { type: "poll-answered", number, outcome: verdict({ type: "slow-down", interval: null }) },
      { type: "poll-answered", number, outcome: verdict({ type: "slow-down", interval: 30 }) },
      { type: "poll-answered", number, outcome: verdict(refused) },
      {
        type: "refresh-answered",
        number,
        outcome: verdict({ type: "refreshed", tokens: tokens("renewed") }),
      },
      { type: "refresh-answered", number, outcome: verdict({ type: "ended", error: "invalid_grant" }) },
      { type: "refresh-answered", number, outcome: verdict(refused) },
      { type: "device-answered", number, accessToken, outcome: verdict({ type: "device", device }) },
      { type: "device-answered", number, accessToken, outcome: verdict({ type: "unauthorized" }) },
      ...faults.flatMap((outcome): Event[] => [
        { type: "code-answered", number, outcome },
        { type: "poll-answered", number, outcome },
        { type: "refresh-answered", number, outcome },
        { type: "device-answered", number, accessToken, outcome },
      ]),
    ],
  );
  return [...plain, ...numbered];
}

/** The events that may take the authorization away: a verdict of the server, or the owner's word. */
function mayEndGrant(event: Event): boolean {
  if (event.type === "unpair-requested") return true;
  return (
    event.type === "refresh-answered" &&
    event.outcome.kind === "verdict" &&
    event.outcome.verdict.type === "ended"
  );
}

describe("every (state, event) pair has an answer", () => {
  for (const [name, state] of Object.entries(everyState()))
    test(name, () => {
      assert.equal(stateName(state), name === "ended" ? "requesting-code" : name.split(",")[0]);
      const now = wakeAt(state) ?? 8_000;
      for (const event of everyEvent(state)) {
        const { state: next, effects } = step(state, event, moment(now));
        const wake = wakeAt(next);
        assert.ok(wake === null || wake > now, `${event.type} leaves nothing due in the past`);
        const grant = grantOf(state);
        if (grant !== null && !mayEndGrant(event) && event.type !== "poll-answered")
          assert.equal(grantOf(next)?.number, grant.number, `${event.type} keeps the authorization`);
        const shown = shownAttempt(next.offer);
        if (shown !== null) assert.ok(shown.deadline > now, `${event.type} shows no dead code`);
        assert.ok(effects.filter(({ type }) => type === "poll").length <= 1);
      }
    });
});

describe("the device grant", () => {
  test("counts the life of a code from before the request was sent", () => {
    const { state } = play([
      [1_000, booted],
      [9_000, offered(1)],
    ]);
    assert.equal(shownAttempt(state.offer)?.deadline, 121_000);
  });

  test("polls first after the interval, with a margin for clocks that drift", () => {
    const { state, steps } = play([
      [0, booted],
      [0, offered(1)],
      [5_000, tick],
    ]);
    assert.deepEqual(steps[2]?.effects, []);
    assert.equal(wakeAt(state), 5_500);
    assert.equal(only(step(state, tick, moment(5_500)).effects, "poll").number, 1);
  });

  test("slow_down adds five seconds for good; the server's own interval wins", () => {
    const slow = (interval: number | null): Event => ({
      type: "poll-answered",
      number: 1,
      outcome: verdict({ type: "slow-down", interval }),
    });
    const { state } = play([
      [0, booted],
      [0, offered(1)],
      [5_500, tick],
      [5_600, slow(null)],
    ]);
    assert.equal(wakeAt(state), 5_600 + 11_000);
    const later = play(
      [
        [16_600, tick],
        [16_700, pending(1)],
      ],
      {},
      state,
    ).state;
    assert.equal(wakeAt(later), 16_700 + 11_000);
    const told = play(
      [
        [27_700, tick],
        [27_800, slow(30)],
      ],
      {},
      later,
    ).state;
    assert.equal(wakeAt(told), 27_800 + 33_000);
  });

  test("a fault in mid-poll keeps the code and never polls before the interval, even when the network returns", () => {
    const { state } = play([
      [0, booted],
      [0, offered(1)],
      [5_500, tick],
      [5_600, { type: "poll-answered", number: 1, outcome: fault("connect") }],
      [5_700, { type: "network-changed", up: true }],
    ]);
    assert.equal(stateName(state), "awaiting-user");
    assert.equal(wakeAt(state), 11_000);
  });

  test("a poll that times out makes the next ones come less often, however long the interval", () => {
    const lost: Event = { type: "poll-answered", number: 1, outcome: fault("timeout") };
    for (const seconds of [1, 5, 30]) {
      const interval = seconds * 1_100;
      let state: State = play([
        [0, booted],
        [0, offered(1, { interval: seconds, expiresIn: 3_600 })],
      ]).state;
      for (const pause of [1_000, 2_000, 4_000, 7_500, 7_500]) {
        const sent = wakeAt(state) ?? 0;
        state = play(
          [
            [sent, tick],
            [sent + 20_000, lost],
          ],
          {},
          state,
        ).state;
        const least = sent + Math.max(interval, 20_000);
        assert.equal(wakeAt(state), least + pause, `every ${seconds} s`);
      }
      const changed = step(
        state,
        { type: "network-changed", up: true },
        moment((wakeAt(state) ?? 0) - 7_500),
      );
      only(changed.effects, "poll");
    }
  });

  test("the next code comes without a gap, and an approval in the last second of the one before counts", () => {
    const { state, steps } = play([
      [0, booted],
      [0, offered(1, { expiresIn: 12 })],
      [5_500, tick],
      [5_600, pending(1)],
      [10_500, tick],
      [10_900, offered(2, { userCode: "777777" })],
    ]);
    assert.equal(only(steps[4]?.effects ?? [], "request-code").number, 2);
    assert.equal(shownAttempt(steps[4]?.state.offer ?? state.offer)?.number, 1);
    assert.equal(shownAttempt(state.offer)?.code.userCode, "777777");
    assert.equal(shownAttempt(state.offer)?.ordinal, 2);
    assert.equal(wakeAt(state), 12_000);
    const last = step(state, tick, moment(12_000));
    assert.equal(only(last.effects, "poll").number, 1);
    assert.equal(shownAttempt(last.state.offer)?.number, 2);

    const paired = step(last.state, granted(1), moment(12_200)).state;
    assert.equal(grantOf(paired)?.current.accessToken.reveal(), "new-access");
    assert.equal(paired.offer.at, "resting", "the new code is dropped");
    const unpaired = step(last.state, pending(1), moment(12_200)).state;
    assert.equal(wakeAt(unpaired), 17_500, "polls of two codes keep the interval as well");
    assert.equal(only(step(unpaired, tick, moment(17_500)).effects, "poll").number, 2);
    assert.deepEqual(step(unpaired, granted(1), moment(12_300)).state, { ...unpaired, answeredAt: 12_300 });
  });

  test("a code is polled as it dies, though the one after it is of no use", () => {
    const lives = { expiresIn: 60, interval: 60 };
    const { state, steps } = play([
      [0, booted],
      [0, offered(1, lives)],
      [58_500, tick],
      // Its first poll would come an interval after the last one of the code before, and so too late.
      [58_600, offered(2, lives)],
      [58_601, tick],
    ]);
    assert.deepEqual(
      steps.flatMap(({ effects }) => effects.filter(({ type }) => type === "poll")),
      [],
    );
    assert.equal(only(step(state, tick, moment(60_000)).effects, "poll").number, 1);
  });

  test("the last poll of a code is made also while there is no other code yet", () => {
    const { state } = play([
      [0, booted],
      [0, offered(1, { expiresIn: 12 })],
      [5_500, tick],
      [5_600, pending(1)],
      [10_500, tick],
      [10_600, { type: "code-answered", number: 2, outcome: fault("connect") }],
    ]);
    const last = step(state, tick, moment(12_000));
    assert.equal(only(last.effects, "poll").number, 1);
    assert.equal(shownAttempt(last.state.offer), null);
    assert.equal(stateName(step(last.state, granted(1), moment(12_100)).state), "confirming");
  });

  test("a window that ends in a code's last second takes neither the code nor its last poll", () => {
    const settings = { start: "auto", window: 11_000 } as const;
    const { state } = play(
      [
        [0, booted],
        [0, offered(1, { expiresIn: 12 })],
        [5_500, tick],
        [5_600, pending(1)],
        [10_500, tick],
        [10_600, { type: "code-answered", number: 2, outcome: fault("rate-limited", { retryAfter: 9_000 }) }],
        [11_000, tick],
      ],
      { settings },
    );
    assert.equal(shownAttempt(state.offer)?.number, 1);
    const last = step(state, tick, moment(12_000, { settings }));
    assert.equal(only(last.effects, "poll").number, 1);
    assert.equal(stateName(step(last.state, granted(1), moment(12_100, { settings })).state), "confirming");
    assert.equal(stateName(step(last.state, pending(1), moment(12_100, { settings })).state), "idle");
  });

  test("a code that lives no longer than the interval is polled as it dies", () => {
    const { state } = play([
      [0, booted],
      [100, offered(1, { expiresIn: 4 })],
    ]);
    assert.equal(shownAttempt(state.offer)?.number, 1);
    assert.equal(
      only(
        play(
          [
            [2_500, tick],
            [4_000, tick],
          ],
          {},
          state,
        ).steps[1]?.effects ?? [],
        "poll",
      ).number,
      1,
    );
  });

  test("a code that the interval lets nobody poll any more leaves the screen, and another one is taken", () => {
    const slow: Event = {
      type: "poll-answered",
      number: 1,
      outcome: verdict({ type: "slow-down", interval: 60 }),
    };
    const { state, steps } = play([
      [0, booted],
      [0, offered(1, { expiresIn: 30 })],
      [5_500, tick],
      [5_600, slow],
    ]);
    assert.equal(shownAttempt(state.offer), null);
    assert.equal(only(steps[3]?.effects ?? [], "request-code").number, 2);
  });

  test("a dead code leaves the screen even while the next one can't be had", () => {
    const { state } = play([
      [0, booted],
      [0, offered(1, { expiresIn: 12 })],
      [10_500, tick],
      [10_700, { type: "code-answered", number: 2, outcome: fault("timeout") }],
      [12_000, tick],
    ]);
    assert.equal(shownAttempt(state.offer), null);
    assert.equal(stateName(state), "waiting-for-network");
  });

  test("a code that died while its poll was on the way still counts when the answer is a grant", () => {
    const { state, steps } = play([
      [0, booted],
      [0, offered(1, { expiresIn: 7 })],
      [5_500, tick],
      [7_000, tick],
      [8_000, granted(1)],
    ]);
    assert.equal(stateName(steps[3]?.state ?? initialState), "requesting-code");
    assert.equal(stateName(state), "confirming");
  });

  test("tokens granted for a code that was given up are revoked and not kept", () => {
    const { state, steps } = play([
      [0, booted],
      [0, offered(1)],
      [5_500, tick],
      [5_600, { type: "cancel-requested" }],
      [5_700, granted(1)],
    ]);
    assert.equal(only(steps[4]?.effects ?? [], "revoke").tokens.accessToken.reveal(), "new-access");
    assert.equal(stateName(state), "idle");
  });

  test("an older answer never replaces a newer code", () => {
    const { state } = play([
      [0, booted],
      [1_050, { type: "pair-requested" }],
      [1_100, offered(1, { userCode: "111111" })],
      [1_150, offered(2, { userCode: "222222" })],
    ]);
    assert.equal(shownAttempt(state.offer)?.code.userCode, "222222");
  });

  test("an offer on a device that is paired rests after ten minutes, or sooner where the window is shorter", () => {
    const paired = play([[0, { type: "booted", stored: record(), end: null }]]).state;
    for (const [window, ends] of [
      [0, 601_000],
      [3_600_000, 601_000],
      [60_000, 61_000],
    ] as const) {
      const settings = { start: "auto", window } as const;
      const pressed = play([[1_000, { type: "pair-requested" }]], { settings }, paired).state;
      const { offer } = pressed;
      assert.ok(offer.at === "requesting" && offer.windowEnds === ends, `${window}`);
      const failed: Event = { type: "code-answered", number: pressed.lastNumber, outcome: fault("connect") };
      const rested: State = play(
        [
          [ends - 1_000, failed],
          [ends, tick],
        ],
        { settings },
        pressed,
      ).state;
      assert.deepEqual([rested.offer.at, stateName(rested)], ["resting", "paired"]);
    }
  });

  test("an offer of a device whose authorization ends meanwhile goes on as that of one without", () => {
    const paired = play([[0, { type: "booted", stored: record(), end: null }]]).state;
    const pressed = step(paired, { type: "pair-requested" }, moment(1_000)).state;
    const { authorization } = step(pressed, { type: "unpair-requested" }, moment(2_000)).state;
    assert.ok(authorization.at === "leaving");
    const left: Event = { type: "left", number: authorization.number, unrevoked: null };
    const { offer } = step({ ...pressed, authorization }, left, moment(3_000)).state;
    assert.ok(offer.at === "requesting" && offer.windowEnds === null);
  });

  test("an offer rests when its window has ended, and never pulls a code off the screen for it", () => {
    const settings = { start: "auto", window: 5_000 } as const;
    const { state } = play(
      [
        [0, booted],
        [0, offered(1, { expiresIn: 12 })],
        [5_500, tick],
        [5_600, pending(1)],
      ],
      { settings },
    );
    assert.equal(wakeAt(state), 12_000, "no other code is taken");
    const { state: later } = play(
      [
        [12_000, tick],
        [12_100, pending(1)],
      ],
      { settings },
      state,
    );
    assert.equal(stateName(later), "idle");
    assert.equal(wakeAt(later), null);
  });

  test("an answer to the back-off of a rate limit is waited for, whatever the network does", () => {
    const { state } = play([
      [0, booted],
      [100, { type: "code-answered", number: 1, outcome: fault("rate-limited", { retryAfter: 40_000 }) }],
      [200, { type: "network-changed", up: true }],
    ]);
    assert.equal(wakeAt(state), 40_100);
  });

  /** As many requests for a code that fail, each sent when it falls due, answered a tenth of a second later. */
  function failing(times: number, from = play([[0, booted]]).state): { state: State; now: number } {
    let [state, now] = [from, 0];
    for (let count = 0; count < times; count++) {
      now = (count === 0 ? now : (wakeAt(state) ?? 0)) + 100;
      const { lastNumber } = step(state, tick, moment(now - 100)).state;
      const answer: Event = { type: "code-answered", number: lastNumber, outcome: fault("connect") };
      state = play(
        [
          [now - 100, tick],
          [now, answer],
        ],
        {},
        state,
      ).state;
    }
    return { state, now };
  }

  test("where a network that came needs a moment more, the back-off grows from its beginning", () => {
    const { state, now } = failing(8);
    assert.equal(wakeAt(state), now + 30_000, "half of the longest back-off");
    const { state: tried } = play(
      [
        [now + 1_000, { type: "network-changed", up: true }],
        [now + 1_000, tick],
      ],
      {},
      state,
    );
    const number = tried.lastNumber;
    assert.equal(number, state.lastNumber + 1, "tried at once");
    const refused: Event = { type: "code-answered", number, outcome: fault("connect") };
    assert.equal(wakeAt(step(tried, refused, moment(now + 1_100)).state), now + 1_100 + 2_000);
  });

  test("what was sent into a network that is gone is sent again at once; what a server says is heeded", () => {
    const { state } = failing(8);
    const due = wakeAt(state) ?? 0;
    const { state: sent } = play(
      [
        [due, tick],
        [due + 50, { type: "network-changed", up: true }],
      ],
      {},
      state,
    );
    const answered = (kind: FaultKind) =>
      step(sent, { type: "code-answered", number: sent.lastNumber, outcome: fault(kind) }, moment(due + 60))
        .state;
    for (const kind of ["connect", "timeout", "dns", "tls", "captive-portal", "clock"] as const)
      assert.equal(wakeAt(answered(kind)), due + 250, kind);
    for (const kind of ["server", "rate-limited"] as const)
      assert.ok((wakeAt(answered(kind)) ?? 0) >= due + 60 + 1_000, kind);
  });
});

/**
 * A device and what answers its requests for codes and its polls, a tenth of a second later, with something that
 * happens again and again beside it.
 *
 * @returns when requests for codes left
 */
function requestsIn(
  ms: number,
  answers: { readonly code: (number: number) => Event; readonly poll?: (number: number) => Event },
  often: { readonly every: number; readonly events: readonly Event[] } = { every: Infinity, events: [] },
): number[] {
  const left: number[] = [];
  const answered: { readonly at: number; readonly event: Event }[] = [];
  let state = initialState;
  let disturbedAt = 0;
  const send = (event: Event, now: number) => {
    const taken = step(state, event, moment(now));
    state = taken.state;
    for (const { type, ...effect } of taken.effects) {
      if (type === "request-code") left.push(now);
      const answer = { "request-code": answers.code, poll: answers.poll ?? pending }[type as "poll"];
      if (answer !== undefined && "number" in effect)
        answered.push({ at: now + 100, event: answer(effect.number) });
    }
  };
  send(booted, 0);
  for (;;) {
    const next = answered[0]?.at ?? Infinity;
    const now = Math.min(next, wakeAt(state) ?? Infinity, disturbedAt + often.every);
    if (now > ms) return left;
    if (now === next) send(answered.shift()?.event ?? tick, now);
    else if (now < disturbedAt + often.every) send(tick, now);
    else {
      disturbedAt = now;
      for (const event of often.events) send(event, now);
    }
  }
}

describe("requests for codes", () => {
  const failing = (kind: FaultKind) => (number: number) =>
    ({ type: "code-answered", number, outcome: fault(kind) }) as const;
  const denied = (number: number): Event => ({
    type: "poll-answered",
    number,
    outcome: verdict({ type: "denied" }),
  });
  const within = (times: readonly number[], from: number, to: number) =>
    times.filter((at) => at >= from && at < to).length;

  test("follow each other at once where a code had its time", () => {
    const times = requestsIn(600_000, { code: offered });
    assert.deepEqual(times, [0, 118_500, 237_000, 355_500, 474_000, 592_500]);
  });

  test("are few where codes die as they come, and fewer with time", () => {
    for (const expiresIn of [0.001, 1, 3]) {
      const times = requestsIn(1_200_000, { code: (number) => offered(number, { expiresIn }) });
      assert.ok(within(times, 0, 60_000) <= 8, `${within(times, 0, 60_000)} in the first minute`);
      assert.ok(within(times, 600_000, 1_200_000) <= 21, `${within(times, 600_000, 1_200_000)} in ten more`);
    }
  });

  test("are few where each code is refused, and at once again after a press", () => {
    const times = requestsIn(1_200_000, { code: offered, poll: denied });
    assert.ok(within(times, 600_000, 1_200_000) <= 20);
    const { state } = play([
      [0, booted],
      [0, offered(1)],
      [5_500, tick],
      [5_600, denied(1)],
      [5_700, { type: "pair-requested" }],
    ]);
    assert.equal(state.lastNumber, 2);
  });

  test("are no more than a clock, a network or a program wants that does not stop", () => {
    const pressing = [{ type: "pair-requested" }, { type: "cancel-requested" }] as const;
    for (const code of [offered, failing("server"), failing("rate-limited")]) {
      const times = requestsIn(120_000, { code }, { every: 10, events: pressing });
      assert.ok(within(times, 0, 30_000) <= 8, `${within(times, 0, 30_000)} in 30 s`);
      assert.ok(within(times, 60_000, 120_000) <= 7, `${within(times, 60_000, 120_000)} in a minute later`);
    }
    for (const event of [{ type: "clock-changed" }, { type: "network-changed", up: true }] as const)
      for (const kind of ["connect", "clock", "server"] as const) {
        const times = requestsIn(600_000, { code: failing(kind) }, { every: 2_000, events: [event] });
        assert.ok(
          within(times, 0, 30_000) <= 8,
          `${event.type}, ${kind}: ${within(times, 0, 30_000)} in 30 s`,
        );
        assert.ok(within(times, 300_000, 600_000) <= 30, `${within(times, 300_000, 600_000)} in 5 min`);
      }
    const spoilt = requestsIn(
      600_000,
      { code: (number) => offered(number, { expiresIn: 0.001 }) },
      { every: 2_000, events: [{ type: "network-changed", up: true }] },
    );
    assert.ok(within(spoilt, 300_000, 600_000) <= 11, `${within(spoilt, 300_000, 600_000)} in 5 min`);
  });

  test("are made as soon as there is a way, however many found none before", () => {
    let state = play([[0, booted]]).state;
    for (let now = 1_000; now < 10_000; now += 1_000) {
      state = play(
        [
          [now - 500, failing("dns")(state.lastNumber)],
          [now, { type: "pair-requested" }],
        ],
        {},
        state,
      ).state;
    }
    assert.equal(state.lastNumber, 10);
    const { steps } = play(
      [
        [9_500, failing("dns")(10)],
        [10_000, { type: "network-changed", up: true }],
      ],
      {},
      state,
    );
    only(steps[1]?.effects ?? [], "request-code");
  });

  test("are made as soon as there is a way, however often it changed while all was well", () => {
    const change: Event = { type: "network-changed", up: true };
    const quiet = Array.from({ length: 20 }, (_, count) => [1_000 + count, change] as const);
    const { state } = play([[0, booted], [0, offered(1)], ...quiet, [2_000, { type: "pair-requested" }]]);
    const { steps } = play(
      [
        [5_000, failing("dns")(2)],
        [5_001, change],
      ],
      {},
      state,
    );
    only(steps[1]?.effects ?? [], "request-code");
  });

  test("one is enough for several presses, which are served at once where the last one is a second ago", () => {
    const press: Event = { type: "pair-requested" };
    const { state, steps } = play([
      [0, booted],
      [50, press],
      [100, press],
      [200, offered(1)],
      [300, press],
      [400, press],
      [1_000, tick],
      [1_100, offered(2)],
      [9_000, press],
    ]);
    const left = steps.map(({ effects }) => effects.filter(({ type }) => type === "request-code").length);
    assert.deepEqual(left, [1, 0, 0, 0, 0, 0, 1, 0, 1]);
    assert.equal(
      shownAttempt(steps[3]?.state.offer ?? state.offer)?.number,
      1,
      "what was on its way is shown",
    );
    assert.equal(state.lastNumber, 3);
  });
});

describe("a pause that the server asks for", () => {
  const limited = (retryAfter: number): Event => ({
    type: "poll-answered",
    number: 1,
    outcome: fault("rate-limited", { retryAfter }),
  });
  const polling = play([
    [0, booted],
    [0, offered(1)],
    [5_500, tick],
  ]).state;

  test("within a code's life keeps the code, which is polled after it", () => {
    const { state } = play([[5_600, limited(60_000)]], {}, polling);
    assert.equal(shownAttempt(state.offer)?.number, 1);
    assert.equal(only(step(state, tick, moment(65_600)).effects, "poll").number, 1);
  });

  test("beyond a code's life takes it off the screen, and the next one comes when the pause is over", () => {
    const { state } = play([[5_600, limited(3_600_000)]], {}, polling);
    assert.equal(shownAttempt(state.offer), null);
    assert.equal(wakeAt(state), 3_605_600);
    const { state: changed } = play([[6_000, { type: "network-changed", up: true }]], {}, state);
    assert.equal(wakeAt(changed), 3_605_600);
  });

  test("does not keep a person from one try", () => {
    const refused: Event = {
      type: "code-answered",
      number: 1,
      outcome: fault("rate-limited", { retryAfter: 3_600_000 }),
    };
    const { state } = play([
      [0, booted],
      [100, refused],
    ]);
    const pressed = step(state, { type: "pair-requested" }, moment(2_000));
    assert.ok(only(pressed.effects, "request-code").insisting);
    const again = step(pressed.state, { ...refused, number: 2 } as Event, moment(2_100));
    assert.deepEqual([again.effects, wakeAt(again.state)], [[], 3_602_100]);
  });

  test("is heeded where no person asks", () => {
    const { effects } = step(initialState, booted, moment(0));
    assert.ok(!only(effects, "request-code").insisting);
  });
});

describe("the device record", () => {
  const states = everyState();
  const paired = states.paired as State;
  const number = grantOf(paired)?.number ?? 0;
  const accessToken = grantOf(paired)?.current.accessToken ?? new Secret("");
  const told = (given: Partial<typeof device> = {}): Event => ({
    type: "device-answered",
    number,
    accessToken,
    outcome: verdict({ type: "device", device: { ...device, ...given } }),
  });

  /** Answers each reading at once, until then; when it was sent. */
  function readings(state: State, until: number, given = {}): { state: State; sent: number[] } {
    const sent: number[] = [];
    for (let now = wakeAt(state) ?? until; now < until; now = wakeAt(state) ?? until) {
      const taken = step(state, tick, moment(now));
      state = taken.state;
      if (!taken.effects.some(({ type }) => type === "read-device")) continue;
      sent.push(now);
      state = step(state, told(given), moment(now)).state;
    }
    return { state, sent };
  }

  const gaps = (sent: readonly number[]) =>
    new Set(sent.slice(1).map((at, index) => (at - (sent[index] ?? 0)) / 1000));

  test("is read every quarter of an hour where nobody looks", () => {
    const { sent } = readings(paired, 3_600_000);
    assert.equal(sent[0], 6_010 + 900_000);
    assert.deepEqual(gaps(sent), new Set([900]));
  });

  test("is read every two minutes while somebody could see it, and while uploads are refused", () => {
    const watched = step(paired, { type: "watched", watched: true }, moment(7_000)).state;
    assert.deepEqual(gaps(readings(watched, 3_600_000).sent), new Set([120]));
    const paused = step(paired, { type: "status-told", paused: true }, moment(7_000)).state;
    assert.deepEqual(gaps(readings(paused, 3_600_000, { paused: true }).sent), new Set([120]));
    const left = step(watched, { type: "watched", watched: false }, moment(8_000)).state;
    assert.deepEqual(gaps(readings(left, 3_600_000).sent), new Set([900]));
  });

  test("is not read so often where the status socket tells what changes, but once when that begins and ends", () => {
    const watched = step(paired, { type: "watched", watched: true }, moment(7_000)).state;
    const joined = step(watched, { type: "attended", joined: true }, moment(11_010));
    only(joined.effects, "read-device");
    const { state, sent } = readings(step(joined.state, told(), moment(11_100)).state, 3_600_000);
    assert.equal(sent[0], 911_010);
    assert.deepEqual(gaps(sent), new Set([900]));
    only(step(state, { type: "attended", joined: false }, moment(3_600_000)).effects, "read-device");
  });

  test("is read at once when somebody comes to look, unless that has just been done", () => {
    const comes: Event = { type: "watched", watched: true };
    assert.deepEqual(step(paired, comes, moment(7_000)).effects, []);
    const first = step(paired, comes, moment(60_000));
    only(first.effects, "read-device");
    const read = step(first.state, told(), moment(60_100)).state;
    const second = step(read, comes, moment(61_000));
    assert.deepEqual(second.effects, []);
    assert.equal(wakeAt(second.state), 180_000);
    only(step(read, comes, moment(90_000)).effects, "read-device");
  });

  test("is read anew where it is doubted, however new it is, and every few seconds at most", () => {
    const doubted: Event = { type: "device-doubted" };
    assert.equal(wakeAt(step(paired, doubted, moment(6_500)).state), 6_010 + 5_000);
    only(step(paired, doubted, moment(60_000)).effects, "read-device");
    let state = paired;
    let reads = 0;
    for (let now = 60_000; now < 120_000; now += 50) {
      for (const event of [doubted, { type: "token-refused", accessToken: new Secret("x") } as const, tick]) {
        const taken = step(state, event, moment(now));
        state = taken.state;
        if (!taken.effects.some(({ type }) => type === "read-device")) continue;
        reads += 1;
        state = step(state, told(), moment(now)).state;
      }
    }
    assert.equal(reads, 12);
  });

  test("is asked for where the last interface is gone, since only Frame.io's silence says that the device is offline", () => {
    only(step(paired, { type: "network-changed", up: false }, moment(60_000)).effects, "read-device");
  });

  test("an answer that was on its way when it was doubted, or when a pause was told, is followed by another", () => {
    for (const event of [{ type: "device-doubted" }, { type: "status-told", paused: true }] as const) {
      const { state } = step(paired, { type: "device-doubted" }, moment(60_000));
      const meanwhile = step(state, event, moment(60_050)).state;
      const { state: answered } = step(meanwhile, told(), moment(60_100));
      assert.equal(wakeAt(answered), 65_000, event.type);
    }
  });

  test("what stays the same is not written again; what changed is", () => {
    const { state } = step(paired, { type: "device-doubted" }, moment(60_000));
    assert.deepEqual(step(state, told(), moment(60_100)).effects, []);
    const renamed = { project: { id: "p1", name: "Another Title" } };
    const written = stored(step(state, told(renamed), moment(60_100)).effects, null);
    assert.deepEqual(written.device?.project, renamed.project);
    stored(step(state, told({ authorizationExpiresAt: WALL }), moment(60_100)).effects, null);
  });

  test("is not asked for with an access token that is about to be another one, or has run out", () => {
    const doubted = step(
      states["paired, refreshing"] as State,
      { type: "device-doubted" },
      moment(90_000_000),
    );
    assert.deepEqual(doubted.effects, []);
    assert.equal(wakeAt(doubted.state), null);
    const current = { ...tokens("dead"), obtainedAt: WALL - 86_400_000, clockTrusted: true };
    const dead = play([[0, { type: "booted", stored: record({ current }), end: null }]]).state;
    const refused = { type: "refused", error: "invalid_client", description: null } as const;
    let state = dead;
    for (let now = wakeAt(state) ?? 0; now < 7_200_000; now = wakeAt(state) ?? 0) {
      const { steps, ...after } = play(
        [
          [now, tick],
          [now, { type: "refresh-prepared", number: 1, ok: true }],
          [now, { type: "refresh-answered", number: 1, outcome: verdict(refused) }],
        ],
        {},
        state,
      );
      assert.ok(steps.every(({ effects }) => effects.every(({ type }) => type !== "read-device")));
      state = after.state;
    }
  });

  test("a token that a caller found refused is looked into, though another refresh has to wait", () => {
    const { state } = step(paired, { type: "token-refused", accessToken }, moment(60_000));
    const failing = play(
      [
        [60_010, { type: "refresh-prepared", number, ok: true }],
        [60_100, { type: "refresh-answered", number, outcome: fault("server") }],
      ],
      {},
      state,
    ).steps.at(-1);
    only(failing?.effects ?? [], "read-device");
  });
});

describe("the authorization", () => {
  const states = everyState();
  const paired = states.paired as State;
  const refreshing = states["paired, refreshing"] as State;
  const number = grantOf(paired)?.number ?? 0;

  test("is durable before it is confirmed, and confirmed before the device is paired", () => {
    const fresh = states["confirming, unsettled"] as State;
    const { effects } = step(fresh, { type: "settled", number }, moment(6_100));
    assert.equal(only(effects, "read-device").accessToken.reveal(), "new-access");
    assert.equal(wakeAt(fresh), null);
  });

  test("is renewed between a half and three quarters of the access token's life", () => {
    for (const random of [0, 0.999]) {
      const fresh = play(
        [
          [0, booted],
          [0, offered(1)],
          [5_500, tick],
          [6_000, granted(1)],
          [6_000, { type: "settled", number: 2 }],
        ],
        { random },
      ).state;
      const due = (wakeAt(fresh) ?? 0) - 6_000;
      assert.ok(due >= 14_400_000 && due <= 21_600_000, String(due));
    }
  });

  test("a rotation is prepared on disk, then sent, then made durable, then tried; the old pair goes with the next write", () => {
    const renewed = step(
      refreshing,
      { type: "refresh-answered", number, outcome: verdict({ type: "refreshed", tokens: tokens("second") }) },
      moment(90_000_000),
    );
    const settle = stored(renewed.effects, "settled");
    assert.equal(settle.previous?.accessToken.reveal(), "new-access");
    assert.equal(settle.refreshBegun, null);
    const settled = step(renewed.state, { type: "settled", number }, moment(90_000_010));
    const { accessToken } = only(settled.effects, "read-device");
    assert.equal(accessToken.reveal(), "second-access");
    const proven = step(
      settled.state,
      { type: "device-answered", number, accessToken, outcome: verdict({ type: "device", device }) },
      moment(90_000_200),
    );
    assert.ok(!proven.effects.some(({ type }) => type === "store"));
    const next = step(proven.state, tick, moment(refreshAt(proven.state)));
    assert.equal(only(next.effects, "prepare-refresh").record.previous, null);
  });

  test("the intent to refresh stays on record while no answer is known", () => {
    const failed = states["paired, refresh failing"] as State;
    assert.notEqual(grantOf(failed)?.refreshBegun, null);
    const again = step(failed, tick, moment(wakeAt(failed) ?? 0));
    assert.equal(only(again.effects, "prepare-refresh").record.refreshBegun, grantOf(failed)?.refreshBegun);
  });

  test("a refresh that the change of network cuts off is repeated at once, however often it failed before", () => {
    let state = refreshing;
    const answer: Event = { type: "refresh-answered", number, outcome: fault("connect") };
    const again = (now: number) =>
      play(
        [
          [now, tick],
          [now, { type: "refresh-prepared", number, ok: true }],
        ],
        {},
        state,
      ).state;
    let now = refreshAt(paired);
    for (let count = 0; count < 8; count++) {
      state = step(state, answer, moment(now + 100)).state;
      now = wakeAt(state) ?? 0;
      state = again(now);
    }
    state = step(state, { type: "network-changed", up: true }, moment(now + 10)).state;
    state = step(state, answer, moment(now + 20)).state;
    assert.equal(grantOf(state)?.refresh.at, "preparing");
    state = again(now + 20);
    state = step(state, answer, moment(now + 30)).state;
    assert.equal(wakeAt(state), now + 30 + 4_000);
  });

  test("a refresh whose answer was lost is repeated at once with the same token", () => {
    const now = 90_000_000;
    const { effects } = step(
      refreshing,
      { type: "refresh-answered", number, outcome: fault("timeout") },
      moment(now),
    );
    only(effects, "prepare-refresh");
  });

  /** Plays on until a refresh is sent, on a disk that refuses; when that is, and how often the disk was asked. */
  const refusing = (from: State, atStake: boolean) => {
    let state = from;
    for (let asked = 1; ; asked++) {
      const now = Math.max(wakeAt(state) ?? 0, refreshAt(state));
      const due = step(state, tick, moment(now));
      only(due.effects, "prepare-refresh");
      const refused = step(
        due.state,
        { type: "refresh-prepared", number, ok: false, atStake },
        moment(now + 5),
      );
      state = refused.state;
      assert.equal(stateName(state), "paired");
      if (refused.effects.some(({ type }) => type === "refresh")) return { at: now, asked, state };
      assert.ok(asked < 1_000, "never sent");
    }
  };

  test("while the disk refuses, the token that it holds is spent only in the last ten minutes of the access token", () => {
    const { at, asked, state } = refusing(paired, true);
    assert.equal(at, (grantOf(paired)?.accessEnds ?? 0) - 600_000);
    assert.ok(asked > 10, "the disk is asked again and again meanwhile");
    const answer = verdict({ type: "refreshed" as const, tokens: tokens("second") });
    const renewed = step(state, { type: "refresh-answered", number, outcome: answer }, moment(at + 100));
    assert.equal(stored(renewed.effects, "settled").current.accessToken.reveal(), "second-access");
  });

  test("a token of a short life waits for the disk for three quarters of it", () => {
    const grant = grantOf(paired);
    assert.ok(grant !== null);
    const current = { ...grant.current, expiresIn: 120 };
    const short: State = {
      ...paired,
      authorization: { ...grant, current, accessEnds: refreshAt(paired) + 60_000 },
    };
    assert.equal(refusing(short, true).at, refreshAt(paired) + 30_000);
  });

  test("a token that the disk does not hold is spent while it refuses: nothing is lost by that", () => {
    assert.deepEqual(
      { at: refusing(paired, false).at, asked: refusing(paired, false).asked },
      { at: refreshAt(paired), asked: 1 },
    );
  });

  test("where no clock can tell when the access token ends, the disk is waited for ten minutes", () => {
    const grant = grantOf(paired);
    assert.ok(grant !== null);
    const timeless: State = { ...paired, authorization: { ...grant, accessEnds: null } };
    assert.equal(refusing(timeless, true).at, refreshAt(paired) + 5 + 600_000);
  });

  test("an access token that is refused while its refresh waits for the disk is renewed at once, without it", () => {
    const preparing = states["paired, preparing"] as State;
    const accessToken = grantOf(paired)?.current.accessToken ?? new Secret("");
    const now = refreshAt(paired);
    const { steps } = play(
      [
        [now + 10, { type: "refresh-prepared", number, ok: false, atStake: true }],
        [now + 100, { type: "token-refused", accessToken }],
        [now + 110, { type: "refresh-prepared", number, ok: false, atStake: true }],
      ],
      {},
      preparing,
    );
    assert.deepEqual(
      steps.map(({ effects }) => effects.map(({ type }) => type).filter((type) => type.endsWith("refresh"))),
      [[], ["prepare-refresh"], ["refresh"]],
    );
  });

  test("a start that finds the pair before on the disk as well spends no token for that", () => {
    const current = { ...tokens("stored"), obtainedAt: WALL, clockTrusted: true };
    const previous = { ...tokens("older"), obtainedAt: WALL, clockTrusted: true };
    const started = (stored: AuthorizationRecord) =>
      play([
        [0, { type: "booted", stored, end: null }],
        [15_000, tick],
      ]).state;
    const both = started(record({ current, previous }));
    assert.equal(refreshAt(both), refreshAt(started(record({ current }))));
    assert.ok(refreshAt(both) > 15_000, "it is fresh");
    const begun = started(record({ current, previous, refreshBegun: WALL }));
    assert.equal(grantOf(begun)?.refresh.at, "preparing", "an answer may have been lost");
  });

  test("the pair before is tried before an authorization is given up", () => {
    const stored = record({ previous: { ...tokens("older"), obtainedAt: WALL, clockTrusted: true } });
    const { state } = play([
      [0, { type: "booted", stored, end: null }],
      [10_000, tick],
      [10_000, { type: "refresh-prepared", number: 1, ok: true }],
    ]);
    const ended: Event = {
      type: "refresh-answered",
      number: 1,
      outcome: verdict({ type: "ended", error: "invalid_grant" }),
    };
    const second = step(state, ended, moment(100));
    assert.equal(only(second.effects, "refresh").refreshToken.reveal(), "older-refresh");
    const last = step(second.state, ended, moment(200));
    only(last.effects, "forget");
    assert.equal(grantOf(last.state), null);
  });

  test("a stored authorization that never comes back says that it ran out", () => {
    const old = WALL - REFRESH_LIFE_MS - 86_400_000;
    const stored = record({ current: { ...tokens("old"), obtainedAt: old, clockTrusted: true } });
    const { state } = play([
      [0, { type: "booted", stored, end: null }],
      [5_000, tick],
      [5_001, { type: "refresh-prepared", number: 1, ok: true }],
      [
        5_100,
        { type: "refresh-answered", number: 1, outcome: verdict({ type: "ended", error: "invalid_grant" }) },
      ],
    ]);
    assert.deepEqual(endOf(state), {
      reason: "ran-out",
      wallAt: old + REFRESH_LIFE_MS,
      at: 5_100,
      obtainedAt: old,
    });
  });

  test("a clock that is set only later tells that it ran out, and when", () => {
    const stored = record({
      current: { ...tokens("old"), obtainedAt: WALL - REFRESH_LIFE_MS, clockTrusted: true },
    });
    const given = { wallTrusted: false, wall: WALL - REFRESH_LIFE_MS + 60_000 };
    const lost = play(
      [
        [0, { type: "booted", stored, end: null }],
        [5_000, tick],
        [5_001, { type: "refresh-prepared", number: 1, ok: true }],
        [
          5_100,
          {
            type: "refresh-answered",
            number: 1,
            outcome: verdict({ type: "ended", error: "Not Authorized" }),
          },
        ],
      ],
      given,
    ).state;
    assert.equal(endOf(lost)?.reason, "refused");
    assert.equal(endOf(lost)?.wallAt, null);
    const { state, effects } = step(lost, { type: "clock-changed" }, moment(9_000));
    assert.equal(endOf(state)?.reason, "ran-out");
    assert.equal(endOf(state)?.wallAt, WALL);
    assert.deepEqual(only(effects, "forget").end, { reason: "ran-out", at: WALL });
    const early = step(lost, { type: "clock-changed" }, moment(9_000, { wall: WALL - 3_600_000 })).state;
    assert.equal(endOf(early)?.reason, "refused");
    assert.equal(endOf(early)?.wallAt, WALL - 3_600_000 - 3_900);
  });

  test("an end before this start is told as it was, whatever the clock says now", () => {
    const booted: Event = { type: "booted", stored: null, end: { reason: "refused", at: null } };
    const { state } = play([
      [0, booted],
      [5_000, { type: "clock-changed" }],
    ]);
    assert.equal(stateName(state), "requesting-code");
    assert.deepEqual(endOf(state), { reason: "refused", wallAt: null, at: null, obtainedAt: null });
  });

  test("a 401 costs one refresh, and none for a token that a refresh has just brought", () => {
    const accessToken = grantOf(paired)?.current.accessToken ?? new Secret("");
    only(step(paired, { type: "token-refused", accessToken }, moment(7_000)).effects, "prepare-refresh");
    const fresh = states.confirming as State;
    const unproven = step(fresh, { type: "token-refused", accessToken }, moment(7_000));
    assert.deepEqual(unproven.effects, []);
    assert.equal(wakeAt(unproven.state), 7_000 + 3_600_000);
  });

  test("a server that refuses every token that it issues is asked for another once an hour", () => {
    let state = paired;
    let refreshes = 0;
    const send = (event: Event, now: number): void => {
      const taken = step(state, event, moment(now));
      state = taken.state;
      if (!taken.effects.some(({ type }) => type === "prepare-refresh")) return;
      refreshes += 1;
      const issued = tokens(`issued-${refreshes}`);
      const { accessToken } = issued;
      send({ type: "refresh-prepared", number, ok: true }, now);
      send(
        { type: "refresh-answered", number, outcome: verdict({ type: "refreshed", tokens: issued }) },
        now,
      );
      send({ type: "settled", number }, now);
      send(
        {
          type: "device-answered",
          number,
          accessToken,
          outcome: verdict({ type: "device", device }),
        },
        now,
      );
    };
    for (let now = 7_000; now < 86_400_000; now += 60_000) {
      send(tick, now);
      send(
        { type: "token-refused", accessToken: grantOf(state)?.current.accessToken ?? new Secret("") },
        now,
      );
    }
    assert.ok(refreshes >= 23 && refreshes <= 25, String(refreshes));
  });

  test("an answer that is lost after other faults is asked for again at once too, but not twice in a row", () => {
    const failing = (cause: FaultKind) => {
      const grant = grantOf(refreshing);
      assert.ok(grant?.refresh.at === "sent");
      const before = { since: 0, count: 7, cause, error: null };
      return { ...refreshing, authorization: { ...grant, refresh: { ...grant.refresh, failing: before } } };
    };
    const answer: Event = { type: "refresh-answered", number, outcome: fault("timeout") };
    only(step(failing("dns"), answer, moment(90_000_000)).effects, "prepare-refresh");
    const again = step(failing("timeout"), answer, moment(90_000_000));
    assert.ok(!again.effects.some(({ type }) => type === "prepare-refresh"));
  });

  test("access tokens that live for a year are renewed long before the refresh token dies", () => {
    const expiresIn = 365 * 86_400;
    for (const random of [0, 0.999]) {
      const fresh = step(
        refreshing,
        {
          type: "refresh-answered",
          number,
          outcome: verdict({ type: "refreshed", tokens: { ...tokens("long"), expiresIn } }),
        },
        moment(90_000_000, { random }),
      ).state;
      const settled = step(fresh, { type: "settled", number }, moment(90_000_000, { random })).state;
      assert.ok(refreshAt(settled) - 90_000_000 < REFRESH_LIFE_MS / 2);
      const current = { ...tokens("long"), expiresIn, obtainedAt: WALL - 7 * 86_400_000, clockTrusted: true };
      const booting = play([[0, { type: "booted", stored: record({ current }), end: null }]], {
        random,
      }).state;
      assert.ok((wakeAt(booting) ?? 0) <= 10_000);
    }
  });

  test("a network that came back is used to renew what is no longer fresh, by many devices not together", () => {
    const up: Event = { type: "network-changed", up: true };
    const old = (grantOf(paired)?.accessEnds ?? 0) - 6 * 3_600_000;
    const when = (random: number) => refreshAt(step(paired, up, moment(old, { random })).state);
    assert.ok(when(0.1) > old && when(0.9) < old + 10_000 && when(0.9) - when(0.1) > 5_000);
    assert.equal(
      refreshAt(step(paired, { type: "network-changed", up: false }, moment(old)).state),
      refreshAt(paired),
    );
    assert.equal(refreshAt(step(paired, up, moment(10_000)).state), refreshAt(paired));
  });

  test("an authorization that the disk gives out late is taken up, where none has taken its place", () => {
    const offering = states["awaiting-user"] as State;
    const found: Event = { type: "found", stored: record() };
    const late = step(offering, found, moment(7_000)).state;
    assert.equal(stateName(late), "paired");
    assert.equal(shownAttempt(late.offer), null);
    assert.equal(step(paired, found, moment(7_000)).state, paired);
    const leaving = states["idle, leaving"] as State;
    assert.equal(step(leaving, found, moment(7_000)).state, leaving);
  });

  test("at boot the refresh is spread, at once where an answer may have been lost, and not repeated in a boot loop", () => {
    const boot = (given: Parameters<typeof record>[0], random = 0.5) =>
      wakeAt(play([[0, { type: "booted", stored: record(given), end: null }]], { random }).state);
    assert.ok((boot({}) ?? 0) > 0 && (boot({}, 0.999) ?? 0) < 10_000);
    const lost = step(
      initialState,
      { type: "booted", stored: record({ refreshBegun: WALL }), end: null },
      moment(0),
    );
    only(lost.effects, "prepare-refresh");
    const fresh = { ...tokens("fresh"), obtainedAt: WALL - 60_000, clockTrusted: true };
    const { state } = play([[0, { type: "booted", stored: record({ current: fresh }), end: null }]]);
    assert.ok(refreshAt(state) > 14_000_000);
  });

  test("an unpair revokes, forgets, and only then offers a code again", () => {
    const { state, steps } = play(
      [
        [7_000, { type: "unpair-requested" }],
        [7_500, { type: "left", number, unrevoked: null }],
      ],
      {},
      paired,
    );
    only(steps[0]?.effects ?? [], "leave");
    only(steps[1]?.effects ?? [], "request-code");
    assert.equal(stateName(state), "requesting-code");
  });

  test("no code is asked for before it is known what is held, nor while it is revoked, whoever presses", () => {
    const press: Event = { type: "pair-requested" };
    const early = step(initialState, press, moment(0));
    assert.deepEqual([early.effects, early.state], [[], initialState]);
    const leaving = states["idle, leaving"] as State;
    const late = step(leaving, press, moment(7_200));
    assert.deepEqual([late.effects, late.state], [[], leaving]);
  });

  test("an unpair that the power was cut in is finished at the next start", () => {
    const { record: intent } = only(
      step(paired, { type: "unpair-requested" }, moment(7_000)).effects,
      "leave",
    );
    assert.ok(intent.leaving);
    const started = step(initialState, { type: "booted", stored: intent, end: null }, moment(0));
    const { number: left, record: again } = only(started.effects, "leave");
    assert.deepEqual(again, intent);
    assert.equal(grantOf(started.state), null, "its tokens are of no use to anyone here");
    only(
      step(started.state, { type: "left", number: left, unrevoked: null }, moment(500)).effects,
      "request-code",
    );
  });

  test("a pairing for another project replaces the authorization; cancelling it leaves the old one", () => {
    const offering = states["requesting-code, paired"] as State;
    const { number: asked } = only(
      step(paired, { type: "pair-requested" }, moment(7_000)).effects,
      "request-code",
    );
    const shown = step(offering, offered(asked), moment(7_100)).state;
    assert.equal(stateName(shown), "awaiting-user");
    assert.equal(stateName(step(shown, { type: "cancel-requested" }, moment(7_200)).state), "paired");
    const polled = step(shown, tick, moment(wakeAt(shown) ?? 0)).state;
    assert.equal(
      grantOf(step(polled, granted(asked), moment(20_000)).state)?.current.accessToken.reveal(),
      "new-access",
    );
  });

  test("without a refresh token it lasts as long as its access token", () => {
    const current = { ...tokens("short"), refreshToken: null, obtainedAt: WALL, clockTrusted: true };
    const { state } = play([[0, { type: "booted", stored: record({ current }), end: null }]], { random: 0 });
    assert.equal(grantOf(state)?.refresh.at, "never");
    const end = 28_800_000;
    assert.equal(grantOf(step(state, tick, moment(end - 1)).state)?.number, 1);
    assert.equal(grantOf(step(state, tick, moment(end)).state), null);
  });

  test("without a refresh token and a clock it lasts until its access token is refused for good", () => {
    const current = { ...tokens("short"), refreshToken: null, obtainedAt: WALL, clockTrusted: false };
    const { accessToken } = current;
    let { state } = play([[0, { type: "booted", stored: record({ current }), end: null }]], {
      wallTrusted: false,
    });
    const untold = { wallTrusted: false };
    state = step(state, { type: "token-refused", accessToken }, moment(10_000, untold)).state;
    const refusal: Event = {
      type: "device-answered",
      number: 1,
      accessToken,
      outcome: verdict({ type: "unauthorized" }),
    };
    for (let count = 1; count <= 3; count++) {
      assert.equal(stateName(state), "paired");
      state = step(state, refusal, moment(10_000, untold)).state;
      state = step(state, tick, moment(wakeAt(state) ?? 0, untold)).state;
    }
    assert.equal(endOf(state)?.reason, "ran-out");
  });

  test("a clock that is set only later tells when an access token ends that can't be renewed", () => {
    const current = { ...tokens("short"), refreshToken: null, obtainedAt: WALL, clockTrusted: true };
    const { state } = play([[0, { type: "booted", stored: record({ current }), end: null }]], {
      wallTrusted: false,
    });
    assert.equal(grantOf(state)?.accessEnds, null);
    const told = step(state, { type: "clock-changed" }, moment(60_000)).state;
    assert.equal(grantOf(told)?.accessEnds, 28_800_000);
  });
});
