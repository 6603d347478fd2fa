import { BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";

export const palette: Case = {
  name: "palette",
  shows:
    "a framebuffer of 8 bits that arrives late, its palette to be set by an ioctl: the picture has its colours",
  arch: "amd64",
  async run(bench) {
    // The adapter's old driver for framebuffers, in place of the newer one that has 16 bits or more.
    await bench.boot({ vga: "cirrus", append: "modprobe.blacklist=cirrus,cirrus_qemu" });
    await bench.reaches("awaiting-user", BOOT_LIMIT);
    await bench.machine.check("modprobe cirrusfb");
    await bench.scan();
    const depth = await bench.machine.check("cat /sys/class/graphics/fb0/bits_per_pixel");
    claim(depth.trim() === "8", `the framebuffer has 8 bits a pixel, and not ${depth}`);
    await bench.screenIsTrue();
    await bench.photograph("code");
  },
};
