import { BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";

export const network: Case = {
  name: "network",
  shows: "without a network it says so; with one it shows a code by itself",
  async run(bench) {
    await bench.boot({ unplugged: true });
    const status = await bench.reaches("waiting-for-network", BOOT_LIMIT);
    claim(
      status.health.some(({ code }) => code === "no-network"),
      "the list of problems names it",
    );
    await bench.screenIsTrue();
    await bench.photograph("no-network");
    await bench.sample("waiting-for-network");
    await bench.machine.plug(true);
    await bench.scan();
    await bench.screenIsTrue();
  },
};
