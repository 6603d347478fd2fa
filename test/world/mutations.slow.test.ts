import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWorld } from "./bundle.ts";
import { MUTATIONS } from "./mutations.ts";

/** More than any of them has needed. */
const PATIENCE = 500;

for (const { name, edits } of MUTATIONS)
  test(`it is found when ${name}`, async (t) => {
    const world = await buildWorld(edits);
    for (let seed = 1; seed <= PATIENCE; seed++) {
      const { violation } = await world.replay(seed);
      if (violation === null) continue;
      t.diagnostic(`seed ${seed}: ${violation.rule}`);
      return;
    }
    assert.fail(`not found in ${PATIENCE} seeds`);
  });
