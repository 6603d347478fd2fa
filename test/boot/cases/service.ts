import type { Bench } from "../bench.ts";
import { type Case, claim } from "../case.ts";
import { differingRows } from "../screen.ts";

export const service: Case = {
  name: "service",
  shows: "systemctl status, reload, restart and stop do what they say",
  async run(bench) {
    await bench.boot();
    await bench.scan();
    const { machine } = bench;
    const shown = await bench.sample("status");
    claim(/Active: active \(running\)/.test(shown), "systemctl status says active");
    claim(/Status: ".*code \d{6}/.test(shown), "systemctl status tells the state and the code");

    const pid = await mainPid(bench);
    await bench.photograph("english");
    await machine.check(
      `sed -i 's/^#language = .*/language = "de"/' /etc/c2cd/c2cd.toml && systemctl reload c2cd`,
    );
    await bench.reaches("awaiting-user");
    claim((await mainPid(bench)) === pid, "a reload keeps the process");
    await bench.scan();
    await bench.screenIsTrue();
    await bench.photograph("german");
    await bench.sample("reloaded");

    await machine.check("systemctl restart c2cd");
    claim((await mainPid(bench)) !== pid, "a restart makes a new process");
    await bench.scan();
    await bench.screenIsTrue();

    await machine.check("systemctl stop c2cd");
    claim(await consoleIsAttached(machine), "a stop gives the screen back to the console");
    claim(await bench.showsNoCode(), "a stop leaves no code on the screen");
    await bench.photograph("stopped");
    const before = await machine.screen();
    await machine.check("echo The console is here again. >/dev/tty1; sleep 1");
    claim(differingRows(before, await machine.screen()) > 0, "the console writes on the screen again");
    await bench.photograph("console");
    const { stdout } = await machine.run("systemctl is-failed c2cd");
    claim(stdout.trim() === "inactive", "a stop is no failure");
    claim(/Status: "Stopped"/.test(await bench.sample("stopped")), "no code is left in systemctl status");
  },
};

async function mainPid({ machine }: Bench): Promise<string> {
  return (await machine.check("systemctl show --value --property=MainPID c2cd")).trim();
}

/** Whether the text console has the screen. */
export async function consoleIsAttached(machine: {
  check(command: string): Promise<string>;
}): Promise<boolean> {
  const bind = await machine.check(
    "for c in /sys/class/vtconsole/*; do ! grep -q 'frame buffer' $c/name || cat $c/bind; done",
  );
  return bind.trim() === "1";
}
