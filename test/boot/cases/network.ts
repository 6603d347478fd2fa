import { type Bench, BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";
import { waitFor } from "../wait.ts";

export const network: Case = {
  name: "network",
  shows:
    "without a network it says so; with one it shows a code by itself; once paired it stays so without one",
  async run(bench) {
    await bench.boot({ unplugged: true });
    await bench.reaches("waiting-for-network", BOOT_LIMIT);
    claim(await complains(bench), "the list of problems names it");
    await bench.screenIsTrue();
    await bench.photograph("no-network");
    await bench.sample("waiting-for-network");
    await bench.machine.plug(true);
    const scanned = await bench.scan();
    await bench.screenIsTrue();
    await bench.authorize(scanned);
    await bench.reaches("paired");

    await bench.machine.plug(false);
    await waitFor("a word about the network", BOOT_LIMIT, async () => (await complains(bench)) || null);
    // The screen has long been given back: nobody has to do anything.
    await bench.reaches("paired");
    await bench.sample("paired-without-network");
    await bench.machine.plug(true);
    await waitFor("the end of the trouble", BOOT_LIMIT, async () => !(await complains(bench)) || null);
    await bench.reaches("paired");
  },
};

async function complains(bench: Bench): Promise<boolean> {
  const status = await bench.status();
  return status?.health.some(({ code }) => code === "no-network") ?? false;
}
