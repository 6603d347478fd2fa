import { type Case, claim } from "../case.ts";

export const oled: Case = {
  name: "oled",
  shows:
    "an OLED on an I2C bus of the kernel's: the code is read off the wires, and they are still afterwards",
  arch: "arm64",
  async run(bench) {
    await bench.boot({
      panel: "i2c",
      config: ['display.driver = "ssd1306"', 'display.device = "/dev/i2c-0"', "display.paired_for = 5"],
    });
    const scanned = await bench.scan();
    await bench.screenIsTrue();
    await bench.photograph("code");
    await bench.authorize(scanned);
    await bench.reaches("paired");
    claim(await bench.showsNoCode(), "the code is gone");
  },
};
