import { type Case, claim } from "../case.ts";
import { waitFor } from "../wait.ts";

/** Minutes would do on a device; a test does not wait for them. */
const WATCHDOG = "[Service]\nWatchdogSec=30\nTimeoutAbortSec=3\n";

export const hang: Case = {
  name: "hang",
  shows: "the watchdog ends a daemon that hangs; a new one shows a code",
  async run(bench) {
    await bench.boot({
      files: [{ path: "/etc/systemd/system/c2cd.service.d/watchdog.conf", text: WATCHDOG }],
    });
    await bench.scan();
    const { machine } = bench;
    const pid = (await machine.check("systemctl show --value --property=MainPID c2cd")).trim();
    await machine.check(`kill -STOP ${pid}`);
    await waitFor("another process", 180_000, async () => {
      const now = (await machine.check("systemctl show --value --property=MainPID c2cd")).trim();
      return (now !== "0" && now !== pid) || null;
    });
    const journal = await machine.check("journalctl --no-pager -b -u c2cd");
    claim(/Watchdog timeout/.test(journal), "it was the watchdog");
    await bench.scan();
    await bench.screenIsTrue();
    await bench.sample("recovered");
  },
};
