import { type Case, claim } from "../case.ts";
import { waitFor } from "../wait.ts";
import { consoleIsAttached } from "./service.ts";

export const crash: Case = {
  name: "crash",
  shows: "after a crash the console has the screen, and a new daemon takes it again",
  async run(bench) {
    await bench.boot({
      files: [{ path: "/etc/systemd/system/c2cd.service.d/slow.conf", text: "[Service]\nRestartSec=20\n" }],
    });
    await bench.scan();
    const { machine } = bench;
    await machine.check("systemctl kill --signal=KILL c2cd");
    await waitFor("the console", 20_000, async () => (await consoleIsAttached(machine)) || null);
    claim(await bench.showsNoCode(), "no dead code stays on the screen");
    await bench.photograph("crashed");
    await bench.sample("crashed");
    await bench.scan();
    await bench.screenIsTrue();
    await bench.photograph("again");
  },
};
