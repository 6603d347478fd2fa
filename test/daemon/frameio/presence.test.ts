import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Outcome } from "../../../daemon/contract/verdicts.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import type { AttendanceListener } from "../../../daemon/frameio/attendance.ts";
import type { AttendanceVerdict } from "../../../daemon/frameio/client.ts";
import { keepPresent, type PresenceOptions, type PresenceTrouble } from "../../../daemon/frameio/presence.ts";
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
async function bench(mode: PresenceOptions["mode"], interval = 120, token: string | null = "t1", random = 1) {
  const clock = new ManualClock();
  const calls: string[] = [];
  const ways: string[] = [];
  const refused: string[] = [];
  const status: (boolean | null)[] = [];
  const joined: boolean[] = [];
  /** What calls are answered with from now on; null leaves them open. */
  const answers: Record<"socket" | "heartbeat", Answer | null> = { socket: null, heartbeat: ACCEPTED };
  let current = token;
  let finish: (answer: Answer) => void = () => {};
  const troubles: (PresenceTrouble | null)[] = [];
  let listener: AttendanceListener = { onJoined() {}, onStatus() {} };
  let given: AbortSignal | undefined;

  function ask<V>(way: keyof typeof answers, accessToken: Secret, signal?: AbortSignal): Promise<Outcome<V>> {
    const second = Math.round(clock.elapsed() / 1000);
    calls.push(`${second} ${accessToken.reveal()}`);
    ways.push(`${second} ${way}`);
    given = signal;
    const answer = answers[way];
    const answered =
      answer === null
        ? new Promise<Answer>((resolve) => {
            finish = resolve;
            signal?.addEventListener("abort", () => resolve(LOST));
          })
        : answer;
    return Promise.resolve(answered) as Promise<Outcome<V>>;
  }

  const presence = keepPresent({
    mode,
    interval,
    clock,
    random: () => random,
    frameio: {
      heartbeat: (accessToken, signal) => ask("heartbeat", accessToken, signal),
      attend(accessToken, ids, given, signal) {
        assert.deepEqual(ids, ["device-1"]);
        listener = given;
        return ask<AttendanceVerdict>("socket", accessToken, signal);
      },
    },
    accessToken: () => (current === null ? null : new Secret(current)),
    deviceIds: () => ["device-1"],
    onUnauthorized: (accessToken) => refused.push(accessToken.reveal()),
    onJoined: (now) => joined.push(now),
    onStatus: (paused) => status.push(paused),
    onTrouble: (trouble) => troubles.push(trouble),
  });
  await settled();
  return {
    clock,
    calls,
    ways,
    answers,
    refused,
    status,
    joined,
    presence,
    /** What every call from now on is answered with; null leaves them open. */
    answerWith(next: Answer | null) {
      answers.socket = answers.heartbeat = next;
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
    /** As "<kind>, online" or "<kind>"; "none" when all is well again. */
    told: () =>
      troubles.map((one) => (one === null ? "none" : `${one.fault.kind}${one.online ? ", online" : ""}`)),
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

  test("chance brings an attempt forward by half of the wait at most", async () => {
    const it = await bench("socket", 120, "t1", 0.1);
    it.answerWith(fault("connect"));
    await it.finish(fault("connect"));
    await it.clock.advance(60_000);
    assert.deepEqual(
      it.calls.map((call) => Number(call.split(" ")[0])),
      [0, 1, 2, 4, 8, 17, 35],
    );
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

describe("auto", () => {
  const REFUSED = fault("connect");

  test("is on the socket alone while the server takes that", async () => {
    const it = await bench("auto");
    it.join();
    await it.clock.advance(86_400_000);
    assert.deepEqual(it.ways, ["0 socket"]);
    assert.deepEqual(it.joined, [true]);
    assert.deepEqual(it.troubles, []);
  });

  test("sends heartbeats at once and at their pace while the server does not, and tries the socket ever more seldom", async () => {
    const it = await bench("auto");
    it.answers.socket = REFUSED;
    await it.finish(REFUSED);
    await it.clock.advance(7_200_000);
    const seconds = (way: string) =>
      it.ways.filter((call) => call.endsWith(way)).map((call) => Number(call.split(" ")[0]));
    const beats = seconds("heartbeat");
    assert.deepEqual(beats.slice(0, 3), [0, 120, 240]);
    assert.equal(beats.length, 61);
    const attempts = seconds("socket");
    const gaps = attempts.slice(1).map((second, index) => second - (attempts[index] ?? 0));
    assert.deepEqual(gaps.slice(0, 11), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
    assert.deepEqual(new Set(gaps.slice(11)), new Set([1200]));
    assert.deepEqual(it.told(), ["connect, online"]);
  });

  test("takes the socket when it can be had, and the heartbeats end", async () => {
    const it = await bench("auto");
    it.answers.socket = REFUSED;
    await it.finish(REFUSED);
    await it.clock.advance(600_000);
    it.answers.socket = null;
    await it.clock.advance(600_000);
    it.join();
    const before = it.ways.length;
    await it.clock.advance(3_600_000);
    assert.equal(it.ways.length, before);
    assert.deepEqual(it.joined, [true]);
    assert.deepEqual(it.told(), ["connect, online", "none"]);
  });

  test("a server that drops the socket at once, again and again, does not take it", async () => {
    const it = await bench("auto");
    it.answers.socket = LOST;
    await it.finish(LOST);
    await it.clock.advance(3_600_000);
    assert.ok(it.ways.filter((call) => call.endsWith("socket")).length <= 14);
    assert.equal(it.ways.filter((call) => call.endsWith("heartbeat")).length, 31);
    assert.deepEqual(it.told(), ["connect, online"]);
  });

  test("no network is no refusal: nobody asks for a socket until a heartbeat gets through, and then at once", async () => {
    const it = await bench("auto");
    it.join();
    await it.clock.advance(600_000);
    it.answerWith(fault("connect"));
    await it.finish(LOST);
    await it.clock.advance(1_800_000);
    assert.equal(it.ways.filter((call) => call.endsWith("socket")).length, 1);
    assert.deepEqual(it.told(), ["connect"]);
    it.answers.socket = null;
    it.answers.heartbeat = ACCEPTED;
    await it.clock.advance(60_000);
    assert.match(it.ways.at(-2) ?? "", /heartbeat/);
    assert.match(it.ways.at(-1) ?? "", /socket/);
    it.join();
    assert.deepEqual(it.told(), ["connect", "none"]);
  });

  test("an outage makes the socket be asked for again as at first", async () => {
    const it = await bench("auto");
    it.answers.socket = REFUSED;
    await it.finish(REFUSED);
    await it.clock.advance(7_200_000);
    it.answerWith(fault("connect"));
    await it.clock.advance(1_800_000);
    it.answers.heartbeat = ACCEPTED;
    const before = it.ways.filter((call) => call.endsWith("socket")).length;
    await it.clock.advance(75_000);
    const attempts = it.ways.filter((call) => call.endsWith("socket")).length - before;
    assert.equal(attempts > 3, true, `${attempts} attempts`);
  });

  test("another network may take the socket: it is tried at once", async () => {
    const it = await bench("auto");
    it.answers.socket = REFUSED;
    await it.finish(REFUSED);
    await it.clock.advance(3_600_000);
    const before = it.ways.length;
    it.presence.networkChanged();
    await settled();
    assert.deepEqual(it.ways.slice(before), ["3600 socket"]);
  });

  test("a refresh does not make a refused socket be tried as often as at first", async () => {
    const it = await bench("auto");
    it.answers.socket = REFUSED;
    await it.finish(REFUSED);
    await it.clock.advance(7_200_000);
    const before = it.ways.filter((call) => call.endsWith("socket")).length;
    await it.become("t2");
    await it.clock.advance(1_100_000);
    assert.equal(it.ways.filter((call) => call.endsWith("socket")).length, before + 1);
  });

  test("a token that is refused is told once and left", async () => {
    const it = await bench("auto");
    it.answerWith(UNAUTHORIZED);
    it.answers.socket = REFUSED;
    await it.finish(REFUSED);
    await it.clock.advance(3_600_000);
    assert.deepEqual(it.refused, ["t1"]);
    assert.deepEqual(it.ways, ["0 socket", "0 heartbeat"]);
  });
});

for (const mode of ["heartbeat", "socket"] as const)
  test(`trouble is told once when it comes and once when it goes, with since when (${mode})`, async () => {
    const it = await bench(mode);
    it.answerWith(fault("connect"));
    await it.finish(fault("connect"));
    await it.clock.advance(120_000);
    it.answerWith(fault("tls"));
    await it.clock.advance(600_000);
    assert.deepEqual(it.told(), ["connect"]);
    assert.equal(it.troubles[0]?.since, mode === "socket" ? 0 : 120_000);
    it.answerWith(mode === "socket" ? null : ACCEPTED);
    await it.clock.advance(300_000);
    if (mode === "socket") it.join();
    await it.clock.advance(300_000);
    assert.deepEqual(it.told(), ["connect", "none"]);
  });

test("off is off", async () => {
  const it = await bench("off");
  await it.become("t2");
  await it.clock.advance(3_600_000);
  assert.deepEqual(it.calls, []);
});
