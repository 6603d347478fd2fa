import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../../daemon/core/turns.ts";

test("what is asked for runs one after the other, also after a failure", async () => {
  const turns = new Turns();
  const log: string[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const first = turns.take(async () => {
    log.push("first begins");
    await gate;
    log.push("first ends");
    throw new Error("no");
  });
  const second = turns.take(async () => {
    log.push("second");
    return 2;
  });
  const all = turns.done();
  await Promise.resolve();
  assert.deepEqual(log, ["first begins"]);
  open();
  await assert.rejects(first, /no/);
  assert.equal(await second, 2);
  await all;
  assert.deepEqual(log, ["first begins", "first ends", "second"]);
});
