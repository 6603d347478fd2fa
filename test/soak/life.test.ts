import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { live } from "./life.ts";

/** `npm run soak` lives ten thousand days; this many fit into every run of the tests. */
const DAYS = Number(process.env.C2CD_SOAK_DAYS ?? 250);
const SEED = Number(process.env.C2CD_SOAK_SEED ?? 1);
/** In memory where that can be had: years of fsyncs would take years on some disks, and wear them. */
const PARENT = process.env.C2CD_SOAK_DIRECTORY ?? (isDirectory("/dev/shm") ? "/dev/shm" : tmpdir());

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

test(`${DAYS} days of faults, outages and wrong clocks cost no pairing`, async (t) => {
  const life = await live(DAYS, SEED, PARENT);
  t.diagnostic(
    `${life.refreshes} refreshes, ${(life.requests / DAYS).toFixed(1)} requests a day, ` +
      `${(life.bytesWritten / DAYS / 1024).toFixed(1)} KiB a day written, ${life.offlineDays.toFixed(1)} days offline, ${life.clockJumps} steps of the clock`,
  );
  t.diagnostic(`state directory ${life.stateBytes.join(" -> ")} bytes from a tenth of the time to the end`);
  assert.equal(life.ends, 0, "the server ended nothing");
  assert.ok(life.paired);
  assert.ok(life.refreshes >= DAYS * 2);
  assert.ok(life.stateBytes[1] < 1_000_000, "the state stays small for ever");
  if (life.heapMegabytes === null) return;
  t.diagnostic(`heap ${life.heapMegabytes.map((size) => size.toFixed(1)).join(" -> ")} MB`);
  assert.ok(life.heapMegabytes[1] - life.heapMegabytes[0] < 30, "the heap stays flat");
});
