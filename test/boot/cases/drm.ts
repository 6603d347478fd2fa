import type { Bench } from "../bench.ts";
import { type Case, claim } from "../case.ts";
import { waitFor } from "../wait.ts";

/** So that the paired screen is given back while the machine is watched. */
const PAIRED_FOR = 5;

export const drm: Case = {
  name: "drm",
  shows:
    "a kernel without framebuffers: the code is shown by the graphics card itself, which is free again afterwards; another program's card is waited for, and a monitor that is plugged in is noticed",
  async run(bench) {
    await bench.boot({
      append: "drm_kms_helper.fbdev_emulation=0",
      config: ["[display]", `paired_for = ${PAIRED_FOR}`],
    });
    const scanned = await bench.scan();
    const { machine } = bench;
    claim((await machine.run("test -e /dev/fb0")).status !== 0, "there is no framebuffer");
    const { display } = await bench.reaches("awaiting-user");
    claim(display.driver === "drm", `it is the graphics card that shows it, and not ${display.driver}`);
    await bench.screenIsTrue();
    await bench.photograph("code");
    claim((await machine.check(OPENED)).trim() === "1", "the daemon has the card open");
    await bench.authorize(scanned);
    await bench.reaches("paired");
    await waitFor("the card to be free", 180_000, async () =>
      (await machine.check(OPENED)).trim() === "0" ? true : null,
    );
    claim(await bench.showsNoCode(), "the code is gone");
    await bench.sample("given-back");

    // As a compositor does: whoever opens the card first is its master.
    await machine.check(
      "systemd-run --quiet --unit=compositor --property=StandardInput=file:/dev/dri/card0 sleep infinity",
    );
    await machine.check("c2cctl unpair --yes");
    await tells(bench, /\/dev\/dri\/card0 is in use by another program/);
    await machine.check("systemctl stop compositor");
    await bench.scan();
    await bench.screenIsTrue();
    await machine.check("chvt 2");
    await bench.screenIsTrue();
    await machine.check(`echo off >${CONNECTOR}`);
    await tells(bench, /No monitor is connected to Virtual-1/);
    await machine.check(`echo detect >${CONNECTOR}`);
    await bench.scan();
    await bench.screenIsTrue();
    await bench.sample("plugged-in");
  },
};

/** Waits until that is what is wrong with the display. */
async function tells(bench: Bench, wanted: RegExp): Promise<void> {
  await waitFor(`${wanted} in the status`, 180_000, async () => {
    const { health = [] } = (await bench.status()) ?? {};
    return health.some(({ code, detail }) => code === "display-missing" && wanted.test(detail ?? "")) || null;
  });
}

/** What the kernel believes of what is plugged in: root may say otherwise. */
const CONNECTOR = "/sys/class/drm/card0-Virtual-1/status";

/** How many times the daemon has a graphics card open. */
const OPENED =
  "find /proc/$(systemctl show --property=MainPID --value c2cd)/fd -lname '/dev/dri/card*' | wc -l";
