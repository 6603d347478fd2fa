import assert from "node:assert/strict";
import { test } from "node:test";
import { STATES } from "../../../daemon/contract/states.ts";
import { createLogger } from "../../../daemon/core/log.ts";
import type { Event } from "../../../daemon/pairing/events.ts";
import { initialState } from "../../../daemon/pairing/state.ts";
import { observer } from "../../../daemon/status/observe.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { parseMetrics } from "../../support/prometheus.ts";
import { fault, tokens, verdict } from "../pairing/examples.ts";
import { AWAITING, IDLE, OFFLINE, PAIRED } from "./fake-backend.ts";
import { overTcp, type Running, start } from "./harness.ts";

async function scrape(running: Running) {
  const { body, status } = await overTcp(running, "/metrics");
  assert.equal(status, 200);
  const families = parseMetrics(body);
  return {
    families,
    value(name: string, labels: Readonly<Record<string, string>> = {}): number | null {
      const family = families.get(name) ?? assert.fail(`no ${name}`);
      const wanted = JSON.stringify(labels);
      return family.samples.find((sample) => JSON.stringify(sample.labels) === wanted)?.value ?? null;
    },
  };
}

test("a scrape is valid in every state, before and after anything has happened", async (context) => {
  const running = await start(context);
  for (const state of STATES)
    for (const snapshot of [IDLE, AWAITING, { ...PAIRED, health: [OFFLINE] }]) {
      running.backend.become({ ...snapshot, state });
      const { families, value } = await scrape(running);
      assert.equal(value("c2cd_state", { state }), 1);
      assert.equal(
        families.get("c2cd_state")?.samples.reduce((sum, { value }) => sum + value, 0),
        1,
      );
    }
  running.backend.become({ ...IDLE, device: { ...IDLE.device, model: 'Board "X"\\\nY' } });
  running.backend.meters.exchangeSeconds.observe({ call: "poll", outcome: "pending" }, 0.03);
  running.backend.meters.exchangeSeconds.observe({ call: "poll", outcome: "pending" }, 7);
  running.backend.meters.exchangeSeconds.observe({ call: "poll", outcome: "timeout" }, 70);
  const { value } = await scrape(running);
  const pending = { call: "poll", outcome: "pending" };
  const bucket = (le: string) => value("c2cd_api_exchange_seconds", { le, ...pending });
  assert.deepEqual(["0.05", "5", "10", "+Inf"].map(bucket), [1, 1, 2, 2]);
});

test("what the machine goes through is counted, failed refreshes by their cause", async (context) => {
  const running = await start(context);
  const { meters } = running.backend;
  const observe = observer(
    createLogger("silent", "json", () => {}),
    meters,
    { elapsed: () => 0 },
  );
  const happen = (event: Event) => observe({ before: initialState, event, after: initialState });
  const before = await scrape(running);
  for (const cause of ["dns", "timeout", "clock", "rate-limited", "refused", "ended", "storage"])
    assert.equal(
      before.value("c2cd_refresh_failures_total", { cause }),
      0,
      `${cause} is there from the start`,
    );

  const answered = (outcome: Extract<Event, { type: "refresh-answered" }>["outcome"]) =>
    happen({ type: "refresh-answered", number: 1, outcome });
  answered(verdict({ type: "refreshed", tokens: tokens("next") }));
  answered(fault("timeout"));
  answered(fault("timeout"));
  answered(verdict({ type: "ended", error: "invalid_grant" }));
  answered(verdict({ type: "refused", error: "invalid_client", description: null }));
  happen({ type: "refresh-prepared", number: 1, ok: false, atStake: true });
  happen({ type: "refresh-prepared", number: 1, ok: true });
  happen({ type: "poll-answered", number: 1, outcome: verdict({ type: "pending" }) });
  const { value, families } = await scrape(running);
  assert.equal(value("c2cd_refreshes_total"), 1);
  assert.equal(value("c2cd_refresh_failures_total", { cause: "timeout" }), 2);
  for (const cause of ["ended", "refused", "storage"])
    assert.equal(value("c2cd_refresh_failures_total", { cause }), 1);
  assert.equal(
    families.get("c2cd_refresh_failures_total")?.samples.reduce((sum, { value }) => sum + value, 0),
    5,
  );
  assert.equal(value("c2cd_polls_total"), 1);
});

test("a clock that is not known is told as such, and tells no age", async (context) => {
  const clock = new ManualClock(Date.parse("2026-05-04T10:00:00Z"));
  const running = await start(context, { clock });
  running.backend.become(PAIRED);
  const known = await scrape(running);
  assert.equal(known.value("c2cd_clock_trusted"), 1);
  assert.notEqual(known.value("c2cd_seconds_since_refresh"), null);
  clock.trusted = false;
  const unknown = await scrape(running);
  assert.equal(unknown.value("c2cd_clock_trusted"), 0);
  assert.equal(unknown.value("c2cd_seconds_since_refresh"), null);
});

test("what is no valid scrape is noticed", () => {
  const good = '# HELP c2cd_a_total x\n# TYPE c2cd_a_total counter\nc2cd_a_total{b="c"} 1\n';
  parseMetrics(good);
  for (const bad of [
    good.trimEnd(),
    `${good}c2cd_a_total{b="c"} 2\n`,
    `${good}c2cd_b 2\n`,
    good + good,
    good.replaceAll("_total", ""),
    good.replaceAll("c2cd_a", "c2cd_a_ms"),
    good.replace(" 1\n", " one\n"),
    good.replace(" 1\n", " -1\n"),
    good.replace('"c"', '"c'),
    good.replace("# HELP c2cd_a_total x\n", ""),
  ])
    assert.throws(() => parseMetrics(bad), bad);
});
