import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { bundle } from "./bundle.ts";
import { insertCard } from "./card.ts";
import type { LifeOptions, LifeReport } from "./life.ts";

/** `npm run soak` lives ten thousand days; this many fit into every run of the tests. */
const DAYS = Number(process.env.C2CD_SOAK_DAYS ?? 60);
const SEED = Number(process.env.C2CD_SOAK_SEED ?? 1);

/** In a process of its own: what its memory holds is the device's and the simulator's, and nobody else's. */
async function live(
  t: TestContext,
  given: Pick<LifeOptions, "days" | "weather" | "heartbeats">,
): Promise<LifeReport> {
  const program = await bundle(t, "lifetime");
  const options: LifeOptions = { ...given, seed: SEED, card: insertCard(t) };
  const begun = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    program,
    JSON.stringify(options),
  ]);
  const report = JSON.parse(stdout) as LifeReport;
  const { refreshes, requests, bytesWritten, offlineDays, clockJumps } = report;
  const daily = (amount: number) => (amount / given.days).toFixed(1);
  t.diagnostic(
    `${given.days} days in ${((performance.now() - begun) / 1000).toFixed(0)} s: ${refreshes} refreshes, ` +
      `${daily(requests)} requests a day, ${bytesWritten === null ? "uncounted" : daily(bytesWritten / 1024)} KiB a day written, ` +
      `${offlineDays.toFixed(1)} days offline, ${clockJumps} steps of the clock`,
  );
  for (const { day, state, heap, resident } of report.looks)
    t.diagnostic(
      `day ${day}: state directory ${state} bytes, heap ${heap.toFixed(1)} MB, resident ${resident.toFixed(0)} MB`,
    );
  return report;
}

test(`${DAYS} days of faults, outages and wrong clocks cost no pairing`, async (t) => {
  const life = await live(t, { days: DAYS, weather: "stormy", heartbeats: false });
  assert.equal(life.ends, 0, "the server ended nothing");
  assert.ok(life.paired);
  assert.ok(life.refreshes >= DAYS * 2);
  const [early, middle, late] = life.looks;
  assert.ok(early && middle && late);
  assert.ok(late.state < 400_000 && late.state <= early.state * 1.5, "the state stays small for ever");
  assert.ok(late.heap - middle.heap < 5, "the heap stays flat");
  assert.ok(late.resident - middle.resident < 50, "so does the memory that is resident");
});

test("a paired day writes little, and being shown online writes nothing", async (t) => {
  const quiet = await live(t, { days: 1, weather: "fair", heartbeats: false });
  const shown = await live(t, { days: 1, weather: "fair", heartbeats: true });
  assert.ok(quiet.refreshes >= 3 && quiet.refreshes <= 6);
  assert.ok(shown.requests >= 700 && shown.requests <= 740, `${shown.requests} requests`);
  if (quiet.bytesWritten === null || shown.bytesWritten === null) return;
  assert.ok(quiet.bytesWritten < 700 * 1024);
  assert.ok(shown.bytesWritten <= quiet.bytesWritten * 1.25, "heartbeats are not stored");
});

test("a day without network writes little", async (t) => {
  const life = await live(t, { days: 1, weather: "offline", heartbeats: false });
  assert.ok(life.paired);
  if (life.bytesWritten !== null) assert.ok(life.bytesWritten < 1_500 * 1024);
});
