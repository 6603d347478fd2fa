import { type Case, claim } from "../case.ts";

export const service: Case = {
  name: "service",
  shows: "systemctl status, reload, restart and stop do what they say",
  async run(bench) {
    await bench.boot();
    await bench.scan();
    const { machine } = bench;
    const shown = await machine.check("systemctl status --no-pager c2cd");
    claim(/Active: active \(running\)/.test(shown), "systemctl status says active");
    claim(/Status: ".+"/.test(shown), "systemctl status tells the state");

    bench.record("systemctl-status", shown);

    await machine.check("systemctl reload c2cd");
    await bench.reaches("awaiting-user");
    await machine.check("systemctl restart c2cd");
    await bench.scan();
    await bench.screenIsTrue();

    await machine.check("systemctl stop c2cd");
    const consoles = await machine.check("cat /sys/class/vtconsole/*/name /sys/class/vtconsole/*/bind");
    claim(
      await consoleIsAttached(bench.machine),
      `a stop gives the screen back to the console:\n${consoles}`,
    );
    await bench.photograph("stopped");
    claim(await bench.showsNoCode(), "a stop leaves no code on the screen");
    const { stdout } = await machine.run("systemctl is-failed c2cd");
    claim(stdout.trim() === "inactive", "a stop is no failure");
    bench.record("journal", await machine.check("journalctl --no-pager -b -u c2cd"));
  },
};

/** Whether the text console has the screen. */
export async function consoleIsAttached(machine: {
  check(command: string): Promise<string>;
}): Promise<boolean> {
  const bind = await machine.check(
    "for c in /sys/class/vtconsole/*; do ! grep -q 'frame buffer' $c/name || cat $c/bind; done",
  );
  return bind.trim() === "1";
}
