import { setTimeout as sleep } from "node:timers/promises";
import type { SeenRequest } from "../../simulator/journal.ts";
import { BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";

const CUTS = 20;

/** Calls that carry an access token: a device that uses one has it on disk, or else has broken its word. */
const USES: readonly SeenRequest["call"][] = ["me", "heartbeat", "socket"];

export const powerCut: Case = {
  name: "power-cut",
  shows: `${CUTS} power cuts around pairing and refresh: tokens that were ever used are there afterwards`,
  async run(bench) {
    await bench.boot({ durable: true });
    let mustSurvive = false;
    const count = { kept: 0, lost: 0 };
    for (let cut = 1; cut <= CUTS; cut++) {
      const first = await bench.asked(
        ({ call, status }) => call === "code" || (call === "refresh" && status === 200),
      );
      if (first.call === "refresh") count.kept += 1;
      else {
        claim(!mustSurvive, `after cut ${cut - 1} the device still has the tokens that it had used`);
        if (cut > 1) count.lost += 1;
        const granted = bench.asked(({ call, status }) => call === "poll" && status === 200);
        await bench.authorize(await bench.scan());
        await granted;
      }
      const answered = bench.frameio.requests().length;
      await sleep(moment(cut));
      await bench.cutPower();
      mustSurvive = bench.frameio
        .requests()
        .slice(answered)
        .some(({ call, status }) => USES.includes(call) && status !== null && status < 300);
      await bench.bootAgain({ durable: true });
    }
    const end = await bench.reaches("paired", BOOT_LIMIT).catch(() => null);
    claim(
      end !== null || !mustSurvive,
      "after the last cut the device still has the tokens that it had used",
    );
    claim(
      end === null || !end.health.some(({ code }) => code.startsWith("storage-")),
      "the storage is in order after all cuts",
    );
    bench.note(
      `${count.kept} times the pairing was kept, ${count.lost} times the cut came before it could be stored`,
    );
  },
};

/** Milliseconds from the server's answer to the cut, spread over what a slow machine needs to store and use it. */
function moment(cut: number): number {
  return (cut * 611) % 4000;
}
