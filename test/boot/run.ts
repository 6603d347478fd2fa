/** `scripts/boot-test [amd64|arm64] [case...]`: boots whole machines and prints what they showed. */
import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { Bench } from "./bench.ts";
import type { Case } from "./case.ts";
import { clock } from "./cases/clock.ts";
import { consoleNoise } from "./cases/console.ts";
import { crash } from "./cases/crash.ts";
import { drm } from "./cases/drm.ts";
import { firstBoot } from "./cases/first-boot.ts";
import { gpio } from "./cases/gpio.ts";
import { hang } from "./cases/hang.ts";
import { install } from "./cases/install.ts";
import { keys } from "./cases/keys.ts";
import { network } from "./cases/network.ts";
import { oled } from "./cases/oled.ts";
import { palette } from "./cases/palette.ts";
import { powerCut } from "./cases/power-cut.ts";
import { raspberryPi } from "./cases/raspberry-pi.ts";
import { readOnly } from "./cases/read-only.ts";
import { rgb565 } from "./cases/rgb565.ts";
import { service } from "./cases/service.ts";
import { suspend } from "./cases/suspend.ts";
import { unprovisioned } from "./cases/unprovisioned.ts";
import { bootImage } from "./image.ts";
import type { Arch } from "./machine.ts";
import { type Row, report } from "./report.ts";

/** What a run may be asked for beside its cases. */
const OPTIONS = { cuts: { type: "string", default: "20" }, seed: { type: "string" } } as const;

const [arch, deb, ...rest] = process.argv.slice(2) as [Arch, string, ...string[]];
const { values, positionals: names } = parse(rest);

const EVERY_CASE: readonly Case[] = [
  firstBoot,
  service,
  consoleNoise,
  drm,
  palette,
  rgb565,
  gpio,
  oled,
  suspend,
  network,
  clock,
  keys,
  hang,
  crash,
  readOnly,
  unprovisioned,
  install,
  raspberryPi,
  powerCut(Number(values.cuts), Number(values.seed ?? randomInt(1 << 30))),
];
const CASES = EVERY_CASE.filter((each) => each.arch === undefined || each.arch === arch);

function parse(args: readonly string[]) {
  try {
    const given = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    for (const number of Object.values(given.values))
      if (!/^\d+$/.test(number)) throw new Error(`not a number: ${number}`);
    return given;
  } catch (error) {
    console.error((error as Error).message);
    process.exit(64);
  }
}

async function tell(chosen: Case): Promise<Row> {
  const image = bootImage(arch, chosen.bare ? null : deb);
  const started = performance.now();
  const bench = await Bench.open({ arch, deb, image }, chosen.name);
  console.log(`${arch} ${chosen.name}: ${chosen.shows}`);
  let failure: string | null = null;
  try {
    await chosen.run(bench);
  } catch (error) {
    failure = (error as Error).message;
    console.log(`  ${failure}\n  see ${await bench.keepEvidence()}`);
  } finally {
    await bench.close();
  }
  const seconds = (performance.now() - started) / 1000;
  const { firstCode, notes } = bench;
  const read =
    firstCode === null ? "" : `, a code read ${firstCode.codeRead.toFixed(0)} s after the kernel's start`;
  console.log(`  ${failure === null ? "ok" : "FAILED"} in ${seconds.toFixed(0)} s${read}`);
  return { name: chosen.name, failure, seconds, firstCode, notes };
}

function choose(): readonly Case[] {
  const unknown = names.filter((name) => CASES.every((known) => known.name !== name));
  if (unknown.length > 0) {
    console.error(
      `there is no case ${unknown.join(", ")}; there are: ${CASES.map(({ name }) => name).join(", ")}`,
    );
    process.exit(64);
  }
  return names.length === 0 ? CASES : CASES.filter(({ name }) => names.includes(name));
}

const chosen = choose();
const rows: Row[] = [];
for (const each of chosen) rows.push(await tell(each));
console.log(
  `\n${report(`${basename(deb)} on an emulated ${arch} machine, seconds since the kernel's start`, rows)}`,
);
process.exitCode = rows.some(({ failure }) => failure !== null) ? 1 : 0;
