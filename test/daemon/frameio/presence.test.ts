import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Outcome } from "../../../daemon/contract/verdicts.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import type { AttendanceListener } from "../../../daemon/frameio/attendance.ts";
import type { AttendanceVerdict } from "../../../daemon/frameio/client.ts";
import { keepPresent, type PresenceOptions } from "../../../daemon/frameio/presence.ts";
import { ManualClock, settled } from "../../support/manual-clock.ts";

type Answer = Outcome<{ readonly type: string }>;

const ACCEPTED: Answer = { kind: "verdict", verdict: { type: "accepted" } };
const LOST: Answer = { kind: "verdict", verdict: { type: "lost" } };
const UNAUTHORIZED: Answer = { kind: "verdict", verdict: { type: "unauthorized" } };

function fault(
  kind: "connect" | "server" | "rate-limited" | "tls",
  retryAfter: number | null = null,
): Answer {
  return { kind: "fault", fault: { kind, detail: "test", retryAfter } };
}

/** A presence whose calls are answered by hand: each is listed as "<second> <token>" when it is made. */
async function bench(mode: PresenceOptions["mode"], interval = 120, token: string | null = "t1") {
  const clock = new ManualClock();
  const calls: string[] = [];
  const refused: string[] = [];
  const status: (boolean | null)[] = [];
  let answer: Answer | null = mode === "socket" ? null : ACCEPTED;
  let current = token;
  let finish: (answer: Answer) => void = () => {};
  const troubles: string[] = [];
  let listener: AttendanceListener = { onJoined() {}, onStatus() {} };
  let given: AbortSignal | undefined;

  function ask<V>(accessToken: Secret, signal?: AbortSignal): Promise<Outcome<V>> {
    calls.push(`${clock.elapsed() / 1000} ${accessToken.reveal()}`);
    given = signal;
    const answered = answer === null ? new Promise<Answer>((resolve) => (finish = resolve)) : answer;
    return Promise.resolve(answered) as Promise<Outcome<V>>;
  }

  const presence = keepPresent({
    mode,
    interval,
    clock,
    random: () => 1,
    frameio: {
      heartbeat: (accessToken, signal) => ask(accessToken, signal),
      attend(accessToken, given, signal) {
        listener = given;
        return ask<AttendanceVerdict>(accessToken, signal);
      },
    },
    accessToken: () => (current === null ? null : new Secret(current)),
    onUnauthorized: (accessToken) => refused.push(accessToken.reveal()),
    onStatus: (paused) => status.push(paused),
    onTrouble: (fault) => troubles.push(fault?.kind ?? "none"),
  });
  await settled();
  return {
    clock,
    calls,
    refused,
    status,
    presence,
    /** What every call from now on is answered with; null leaves them open. */
    answerWith(next: Answer | null) {
      answer = next;
    },
    /** Answers the open call. */
    async finish(next: Answer) {
      finish(next);
      await settled();
    },
    async become(next: string | null) {
      current = next;
      presence.update();
      await settled();
    },
    push: (paused: boolean | null) => listener.onStatus(paused),
    join: () => listener.onJoined(),
    troubles,
    givenUp: () => given?.aborted ?? false,
  };
}

describe("heartbeats", () => {
  test("come at once and then every interval", async () => {
    const it = await bench("heartbeat", 120);
    await it.clock.advance(360_000);
    assert.deepEqual(it.calls, ["0 t1", "120 t1", "240 t1", "360 t1"]);
  });

  test("wait for a token, and stop when there is none", async () => {
    const it = await bench("heartbeat", 60, null);
    await it.clock.advance(600_000);
    assert.deepEqual(it.calls, []);
    await it.become("t1");
    await it.clock.advance(60_000);
    assert.deepEqual(it.calls, ["600 t1", "660 t1"]);
    await it.become(null);
    await it.clock.advance(600_000);
    assert.deepEqual(it.calls, ["600 t1", "660 t1"]);
    assert.equal(it.clock.pending, 0);
  });

  test("go on with a new token, never twice within a minute", async () => {
    const it = await bench("heartbeat", 120);
    await it.clock.advance(10_000);
    await it.become("t2");
    await it.clock.advance(180_000);
    assert.deepEqual(it.calls, ["0 t1", "60 t2", "180 t2"]);
  });

  test("an update without a new token changes nothing", async () => {
    const it = await bench("heartbeat", 120);
    for (let second = 0; second < 240; second++) {
      await it.clock.advance(1000);
      it.presence.update();
    }
    assert.deepEqual(it.calls, ["0 t1", "120 t1", "240 t1"]);
  });

  test("a token that is refused is told once and left; the next one is used at once", async () => {
    const it = await bench("heartbeat", 120);
    it.answerWith(UNAUTHORIZED);
    await it.clock.advance(120_000);
    assert.deepEqual(it.refused, ["t1"]);
    it.presence.update();
    await it.clock.advance(600_000);
    assert.equal(it.calls.length, 2);
    it.answerWith(ACCEPTED);
    await it.become("t2");
    assert.deepEqual(it.calls, ["0 t1", "120 t1", "720 t2"]);
  });

  test("are tried again after a minute when they fail", async () => {
    const it = await bench("heartbeat", 300);
    it.answerWith(fault("connect"));
    await it.clock.advance(300_000);
    assert.deepEqual(it.calls, ["0 t1", "300 t1"]);
    await it.clock.advance(120_000);
    assert.deepEqual(it.calls.slice(2), ["360 t1", "420 t1"]);
  });

  test("are tried at once when the network comes back", async () => {
    const it = await bench("heartbeat", 120);
    it.answerWith(fault("tls"));
    await it.clock.advance(125_000);
    it.answerWith(ACCEPTED);
    it.presence.networkChanged();
    await settled();
    assert.deepEqual(it.calls, ["0 t1", "120 t1", "125 t1"]);
    it.presence.networkChanged();
    await settled();
    assert.equal(it.calls.length, 3);
  });

  test("a server that is in trouble is left alone as long as it asks", async () => {
    const it = await bench("heartbeat", 120);
    it.answerWith(fault("rate-limited", 200_000));
    await it.clock.advance(120_000);
    it.presence.networkChanged();
    await it.clock.advance(199_000);
    assert.equal(it.calls.length, 2);
    it.answerWith(ACCEPTED);
    await it.clock.advance(1000);
    assert.deepEqual(it.calls[2], "320 t1");
  });

  test("close gives up the call under way and makes no other", async () => {
    const it = await bench("heartbeat", 120);
    it.answerWith(null);
    await it.clock.advance(120_000);
    it.presence.close();
    assert.equal(it.givenUp(), true);
    await it.finish(UNAUTHORIZED);
    await it.become("t2");
    await it.clock.advance(600_000);
    assert.equal(it.calls.length, 2);
    assert.deepEqual(it.refused, []);
    assert.equal(it.clock.pending, 0);
  });
});

describe("the socket", () => {
  test("is kept while it lives, and its news are passed on", async () => {
    const it = await bench("socket");
    await it.clock.advance(3_600_000);
    it.push(true);
    it.push(false);
    it.push(null);
    assert.deepEqual(it.calls, ["0 t1"]);
    assert.deepEqual(it.status, [true, false, null]);
  });

  test("is opened again, ever more slowly while that fails", async () => {
    const it = await bench("socket");
    it.answerWith(fault("connect"));
    await it.finish(fault("connect"));
    await it.clock.advance(900_000);
    const seconds = it.calls.map((call) => Number(call.split(" ")[0]));
    const gaps = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0));
    assert.deepEqual(gaps, [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]);
  });

  test("one that lived long is opened again soon, one that dies at once is not hammered", async () => {
    const it = await bench("socket");
    await it.clock.advance(3_600_000);
    it.answerWith(LOST);
    await it.finish(LOST);
    await it.clock.advance(7000);
    assert.deepEqual(it.calls, ["0 t1", "3601 t1", "3603 t1", "3607 t1"]);
  });

  test("a refresh moves it to the new token", async () => {
    const it = await bench("socket");
    await it.clock.advance(1000);
    await it.become("t2");
    assert.equal(it.calls.length, 2);
    assert.deepEqual(it.calls, ["0 t1", "1 t2"]);
    await it.become(null);
    assert.equal(it.givenUp(), true);
  });

  test("a token that is refused is told, and another one waited for", async () => {
    const it = await bench("socket");
    await it.finish(UNAUTHORIZED);
    it.presence.update();
    await it.clock.advance(600_000);
    assert.deepEqual(it.refused, ["t1"]);
    await it.become("t2");
    assert.deepEqual(it.calls, ["0 t1", "600 t2"]);
  });

  test("a change of network ends the wait, a server's own wish does not end", async () => {
    const it = await bench("socket");
    it.answerWith(fault("connect"));
    await it.finish(fault("connect"));
    await it.clock.advance(20_000);
    const before = it.calls.length;
    it.answerWith(fault("server", 50_000));
    it.presence.networkChanged();
    await settled();
    assert.equal(it.calls.length, before + 1);
    it.presence.networkChanged();
    await it.clock.advance(49_000);
    assert.equal(it.calls.length, before + 1);
    await it.clock.advance(1000);
    assert.equal(it.calls.length, before + 2);
  });
});

for (const mode of ["heartbeat", "socket"] as const)
  test(`trouble is told once when it comes and once when it goes (${mode})`, async () => {
    const it = await bench(mode);
    it.answerWith(fault("connect"));
    await it.finish(fault("connect"));
    await it.clock.advance(120_000);
    it.answerWith(fault("tls"));
    await it.clock.advance(600_000);
    assert.deepEqual(it.troubles, ["connect"]);
    it.answerWith(mode === "socket" ? null : ACCEPTED);
    await it.clock.advance(300_000);
    if (mode === "socket") it.join();
    await it.clock.advance(300_000);
    assert.deepEqual(it.troubles, ["connect", "none"]);
  });

test("off is off", async () => {
  const it = await bench("off");
  await it.become("t2");
  await it.clock.advance(3_600_000);
  assert.deepEqual(it.calls, []);
});
