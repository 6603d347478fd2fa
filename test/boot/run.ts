/** `scripts/boot-test [amd64|arm64] [case...]`: boots whole machines and prints what they showed. */
import { basename } from "node:path";
import { Bench } from "./bench.ts";
import type { Case } from "./case.ts";
import { clock } from "./cases/clock.ts";
import { consoleNoise } from "./cases/console.ts";
import { crash } from "./cases/crash.ts";
import { firstBoot } from "./cases/first-boot.ts";
import { hang } from "./cases/hang.ts";
import { install } from "./cases/install.ts";
import { keys } from "./cases/keys.ts";
import { network } from "./cases/network.ts";
import { powerCut } from "./cases/power-cut.ts";
import { readOnly } from "./cases/read-only.ts";
import { service } from "./cases/service.ts";
import { unprovisioned } from "./cases/unprovisioned.ts";
import { bootImage } from "./image.ts";
import type { Arch } from "./machine.ts";

const CASES: readonly Case[] = [
  firstBoot,
  service,
  consoleNoise,
  network,
  clock,
  keys,
  hang,
  crash,
  readOnly,
  unprovisioned,
  install,
  powerCut,
];

interface Row {
  readonly name: string;
  readonly result: string;
  readonly seconds: number;
  readonly notes: string;
}

async function tell(arch: Arch, deb: string, chosen: Case): Promise<Row> {
  const started = performance.now();
  const image = bootImage(arch, chosen.bare ? null : deb);
  const bench = await Bench.open({ arch, deb, image }, chosen.name);
  console.log(`${arch} ${chosen.name}: ${chosen.shows}`);
  let result = "ok";
  try {
    await chosen.run(bench);
  } catch (error) {
    const evidence = await bench.keepEvidence();
    console.log(`  ${(error as Error).message}\n  see ${evidence}`);
    result = "FAILED";
  } finally {
    await bench.close();
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`  ${result} in ${seconds.toFixed(0)} s`);
  return { name: chosen.name, result, seconds, notes: bench.notes.join(", ") };
}

function choose(names: readonly string[]): readonly Case[] {
  const unknown = names.filter((name) => CASES.every((known) => known.name !== name));
  if (unknown.length > 0) {
    console.error(
      `there is no case ${unknown.join(", ")}; there are: ${CASES.map(({ name }) => name).join(", ")}`,
    );
    process.exit(64);
  }
  return names.length === 0 ? CASES : CASES.filter(({ name }) => names.includes(name));
}

const [arch, deb, ...names] = process.argv.slice(2) as [Arch, string, ...string[]];
const chosen = choose(names);
const rows: Row[] = [];
for (const each of chosen) rows.push(await tell(arch, deb, each));

console.log(`\n${basename(deb)} on an emulated ${arch} machine`);
for (const { name, result, seconds, notes } of rows)
  console.log(`${name.padEnd(14)} ${result.padEnd(7)} ${seconds.toFixed(0).padStart(4)} s  ${notes}`);
const failed = rows.filter(({ result }) => result !== "ok").length;
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
