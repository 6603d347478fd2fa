import { setTimeout as sleep } from "node:timers/promises";
import { BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";
import { LINES } from "../wires.ts";

export const gpio: Case = {
  name: "gpio",
  shows:
    "a panel and a button on nothing but lines of a GPIO chip: the code is read off the wires, a press takes it, a hold unpairs",
  arch: "arm64",
  async run(bench) {
    await bench.boot({
      panel: "spi",
      config: [
        'pairing.start = "manual"',
        'display.driver = "st7789"',
        `display.gpio_dc = ${LINES.DC}`,
        `display.gpio_reset = ${LINES.RESET}`,
        'buttons.device = "/dev/gpiochip0"',
        'buttons.key = "BUTTON"',
      ],
    });
    await bench.reaches("idle", BOOT_LIMIT);
    await bench.screenIsTrue();
    await bench.photograph("idle");
    claim(await bench.showsNoCode(), "there is no code before the button is pressed");
    const { machine } = bench;
    const held = await machine.check("grep c2cd /sys/kernel/debug/gpio");
    for (const line of ["DC", "RESET", "BUTTON"])
      claim(new RegExp(`\\(${line} +\\|c2cd `).test(held), `c2cd holds the line ${line}:\n${held}`);
    await machine.button(true);
    await sleep(PRESS);
    await machine.button(false);
    const scanned = await bench.scan();
    await bench.screenIsTrue();
    await bench.photograph("code");
    await bench.authorize(scanned);
    await bench.reaches("paired");
    await bench.screenIsTrue();
    await machine.button(true);
    await bench.reaches("idle");
    await machine.button(false);
    claim(await bench.showsNoCode(), "holding the button does not take a code");
    await bench.sample("unpaired");
  },
};

/** Milliseconds: far longer than contacts bounce, far shorter than a hold. */
const PRESS = 400;
