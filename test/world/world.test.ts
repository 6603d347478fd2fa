import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWorld } from "./bundle.ts";
import { describeFinding, Figures } from "./figures.ts";

/** As many as a minute of processor time is enough for; `npm run world` lives as many as are asked for. */
const SEEDS = 250;

const world = await buildWorld();

test(`in ${SEEDS} worlds no rule is broken, and each device is paired again in time`, async (t) => {
  const figures = new Figures();
  const finding = await world.explore({ first: 1, seeds: SEEDS, told: (_, story) => figures.add(story) });
  for (const line of figures.lines()) t.diagnostic(line);
  assert.equal(finding, null, finding === null ? "" : describeFinding(finding).join("\n"));
});

test("the same seed is the same world", async () => {
  for (const seed of [3, 4]) {
    const { trace } = await world.replay(seed);
    assert.deepEqual((await world.replay(seed)).trace, trace);
  }
});

test("a world without faults pairs at once, and stays paired in one life", async () => {
  const { violation, lives, pairings, refreshes } = await world.replay(3, []);
  assert.equal(violation, null);
  assert.deepEqual([lives, pairings], [1, 1]);
  assert.ok(refreshes >= 1);
});
