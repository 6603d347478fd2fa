import { type Case, claim } from "../case.ts";

export const rgb565: Case = {
  name: "rgb565",
  shows: "a framebuffer of 16 bits: the picture has its colours, but for what five and six bits can't tell",
  arch: "amd64",
  async run(bench) {
    await bench.boot({ vga: "cirrus" });
    const scanned = await bench.scan();
    const depth = await bench.machine.check("cat /sys/class/graphics/fb0/bits_per_pixel");
    claim(depth.trim() === "16", `the framebuffer has 16 bits a pixel, and not ${depth}`);
    await bench.screenIsTrue();
    await bench.photograph("code");
    await bench.authorize(scanned);
    await bench.reaches("paired");
    await bench.screenIsTrue();
  },
};
