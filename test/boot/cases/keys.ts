import { BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";
import type { Arch } from "../machine.ts";

/** The emulated keyboard. */
const DEVICE: Readonly<Record<Arch, string>> = {
  amd64: "/dev/input/by-path/platform-i8042-serio-0-event-kbd",
  arm64: "/dev/input/event0",
};

export const keys: Case = {
  name: "keys",
  shows: "with pairing.start = manual nothing is offered until the button is pressed",
  async run(bench) {
    await bench.boot({
      config: ['pairing.start = "manual"', `buttons.device = "${DEVICE[bench.arch]}"`],
    });
    await bench.reaches("idle", BOOT_LIMIT);
    claim(await bench.showsNoCode(), "there is no code before the button is pressed");
    await bench.screenIsTrue();
    await bench.photograph("idle");
    await bench.sample("idle");
    await bench.machine.press(["ret"]);
    await bench.scan();
    await bench.screenIsTrue();
  },
};
