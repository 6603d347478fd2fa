import { type Case, claim } from "../case.ts";
import { consoleIsAttached } from "./service.ts";

export const consoleNoise: Case = {
  name: "console",
  shows: "kernel messages, writes to a terminal, a getty and VT switches leave the picture alone",
  async run(bench) {
    await bench.boot({ append: "loglevel=7 systemd.show_status=yes" });
    await bench.scan();
    const { machine } = bench;
    claim(!(await consoleIsAttached(machine)), "the text console is detached while the screen is ours");
    await bench.screenIsTrue();
    for (const noise of [
      "echo '<0>kernel noise' >/dev/kmsg",
      "echo noise >/dev/tty1",
      "systemctl restart getty@tty1",
      "chvt 3",
      "chvt 1",
    ])
      claim(await bench.leavesThePictureAlone(() => machine.check(noise)), `the picture outlives: ${noise}`);
    const typing = async () => {
      await machine.press(["ctrl", "alt", "f2"]);
      await machine.press(["a"]);
      await machine.check("sleep 2");
    };
    claim(await bench.leavesThePictureAlone(typing), "the picture outlives a keyboard on the console");
    await bench.screenIsTrue();
    await bench.photograph("after-the-noise");
  },
};
