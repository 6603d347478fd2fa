import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../support/random.ts";
import { type Bench, BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";
import type { Arch } from "../machine.ts";
import { TokenLedger } from "../token-ledger.ts";
import { waitFor } from "../wait.ts";

/** A cut comes at a random distance, up to what a slow machine needs for the next step, after one of these. */
const MOMENTS = ["start", "answer", "permission", "tokens"] as const;
const SPREAD_MS = 5_000;

/** Said on the serial line when the daemon is about to start. */
const MARK = "c2cd starts";

function markOnSerialLine(arch: Arch): string {
  const line = arch === "amd64" ? "ttyS" : "ttyAMA";
  return `[Service]\nDeviceAllow=char-${line} w\nExecStartPre=+/bin/sh -c 'echo ${MARK} >/dev/${line}0'\n`;
}

export function powerCut(cuts: number, seed: number): Case {
  return {
    name: "power-cut",
    shows: `${cuts} power cuts at random points of pairing and refresh (seed ${seed}): tokens that were used are there afterwards`,
    async run(bench) {
      const random = seededRandom(seed);
      const ledger = new TokenLedger();
      let read = 0;
      const readOn = () => {
        const requests = bench.frameio.requests();
        for (const request of requests.slice(read)) ledger.see(request);
        read = requests.length;
      };
      await bench.boot({
        durable: true,
        files: [{ path: "/etc/systemd/system/c2cd.service.d/mark.conf", text: markOnSerialLine(bench.arch) }],
      });
      for (let cut = 1; cut <= cuts; cut++) {
        const moment = MOMENTS[Math.floor(random() * MOMENTS.length)] ?? "start";
        await reach(bench, moment);
        const distance = random() * SPREAD_MS;
        await sleep(distance);
        await bench.cutPower();
        readOn();
        ledger.cut();
        console.log(`  cut ${cut}: ${(distance / 1000).toFixed(1)} s after the ${moment}`);
        await bench.bootAgain({ durable: true });
      }
      await reach(bench, "tokens");
      const end = await bench.reaches("paired", BOOT_LIMIT);
      readOn();
      claim(
        !end.health.some(({ code }) => code.startsWith("storage-")),
        "the storage is in order after all cuts",
      );
      const { used, stored, unstored, none } = ledger.cuts;
      bench.note(
        `${cuts} cuts: ${used} after tokens were used, all kept; ${stored + unstored} after they were sent, ` +
          `${stored} kept; ${none} before`,
      );
    },
  };
}

/** Brings a device that was just switched on to the moment; one that is paired already has no code to be permitted. */
async function reach(bench: Bench, moment: (typeof MOMENTS)[number]): Promise<void> {
  if (moment === "start") {
    const starting = () => bench.machine.serial().includes(MARK) || null;
    await waitFor("the start of c2cd", BOOT_LIMIT, async () => starting());
    return;
  }
  const first = await bench.asked(
    ({ call, status }) => status === 200 && (call === "code" || call === "refresh"),
  );
  if (first.call === "refresh" || moment === "answer") return;
  const granted = bench.asked(({ call, status }) => call === "poll" && status === 200);
  await bench.authorize(await bench.scan());
  if (moment === "tokens") await granted;
  else granted.catch(() => {});
}
