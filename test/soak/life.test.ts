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
  given: Pick<LifeOptions, "days" | "weather"> & Partial<LifeOptions>,
): Promise<LifeReport> {
  const program = await bundle(t, "lifetime");
  const options: LifeOptions = {
    presence: "off",
    socket: "taken",
    watched: false,
    ...given,
    seed: SEED,
    card: insertCard(t),
  };
  const begun = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    program,
    JSON.stringify(options),
  ]);
  const report = JSON.parse(stdout) as LifeReport;
  const { refreshes, requests, bytesWritten, offlineDays, clockJumps } = report;
  const daily = (amount: number) => (amount / given.days).toFixed(1);
  const perCall = Object.entries(requests)
    .filter(([, count]) => count > 0)
    .map(([call, count]) => `${call} ${daily(count)}`)
    .join(", ");
  t.diagnostic(
    `${given.days} days in ${((performance.now() - begun) / 1000).toFixed(0)} s: ${refreshes} refreshes, ` +
      `${daily(total(report))} requests a day (${perCall}), ${bytesWritten === null ? "uncounted" : daily(bytesWritten / 1024)} KiB a day written, ` +
      `${offlineDays.toFixed(1)} days offline, ${clockJumps} steps of the clock`,
  );
  for (const { day, state, heap, resident } of report.looks)
    t.diagnostic(
      `day ${day}: state directory ${state} bytes, heap ${heap.toFixed(1)} MB, resident ${resident.toFixed(0)} MB`,
    );
  return report;
}

function total({ requests }: LifeReport): number {
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}

test(`${DAYS} days of faults, outages and wrong clocks cost no pairing`, async (t) => {
  const life = await live(t, { days: DAYS, weather: "stormy" });
  assert.equal(life.ends, 0, "the server ended nothing");
  assert.ok(life.paired);
  assert.ok(life.refreshes >= DAYS * 2);
  const [early, middle, late] = life.looks;
  assert.ok(early && middle && late);
  assert.ok(late.state < 400_000 && late.state <= early.state * 1.5, "the state stays small for ever");
  assert.ok(late.heap - middle.heap < 5, "the heap stays flat");
  assert.ok(late.resident - middle.resident < 50, "so does the memory that is resident");
});

test("a paired week writes little, and being shown online or looked at writes nothing", async (t) => {
  const quiet = await live(t, { days: 7, weather: "fair" });
  const shown = await live(t, { days: 7, weather: "fair", presence: "heartbeat", watched: true });
  assert.ok(quiet.refreshes >= 28 && quiet.refreshes <= 42);
  if (quiet.bytesWritten === null || shown.bytesWritten === null) return;
  assert.ok(quiet.bytesWritten < 7 * 230 * 1024);
  const perRefresh = ({ bytesWritten, refreshes }: LifeReport) => (bytesWritten ?? 0) / refreshes;
  assert.ok(perRefresh(shown) <= perRefresh(quiet) * 1.25, "neither heartbeats nor looks are stored");
});

/** Requests of a paired day by call, refreshes aside, at least and at most. docs/operate.md says why each is there. */
const PACES: readonly (readonly [
  string,
  Partial<LifeOptions>,
  Readonly<Partial<Record<keyof LifeReport["requests"], readonly [number, number]>>>,
])[] = [
  ["on the status socket", { presence: "auto" }, { device: [96, 115], socket: [3, 7], heartbeat: [0, 0] }],
  [
    "on the status socket, with somebody looking",
    { presence: "auto", watched: true },
    { device: [96, 115], socket: [3, 7], heartbeat: [0, 0] },
  ],
  [
    "whose socket is refused",
    { presence: "auto", socket: "refused" },
    { device: [90, 115], socket: [70, 150], heartbeat: [700, 740] },
  ],
  [
    "with heartbeats",
    { presence: "heartbeat" },
    { device: [90, 110], socket: [0, 0], heartbeat: [700, 740] },
  ],
  [
    "with heartbeats, and somebody looking",
    { presence: "heartbeat", watched: true },
    { device: [715, 740], socket: [0, 0], heartbeat: [700, 740] },
  ],
];

for (const [name, options, paces] of PACES)
  test(`the requests of a paired day ${name}`, async (t) => {
    const { requests } = await live(t, { days: 1, weather: "fair", ...options });
    for (const [call, [least, most]] of Object.entries(paces)) {
      const count = requests[call as keyof LifeReport["requests"]];
      assert.ok(count >= least && count <= most, `${count} of ${call}, from ${least} to ${most}`);
    }
  });

test("a day without network writes little", async (t) => {
  const life = await live(t, { days: 1, weather: "offline" });
  assert.ok(life.paired);
  if (life.bytesWritten !== null) assert.ok(life.bytesWritten < 1_500 * 1024);
});
