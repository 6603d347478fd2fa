import { type Case, claim } from "../case.ts";

/** VESA mode 0x101 with a linear framebuffer, as the kernel's `vga=` counts them: 640x480, 8 bits a pixel. */
const VGA = 0x301;

export const palette: Case = {
  name: "palette",
  shows: "a framebuffer of 8 bits, whose palette only an ioctl sets: the picture has its colours",
  arch: "amd64",
  async run(bench) {
    await bench.boot({ append: `vga=${VGA} modprobe.blacklist=bochs` });
    await bench.scan();
    const depth = await bench.machine.check("cat /sys/class/graphics/fb0/bits_per_pixel");
    claim(depth.trim() === "8", `the framebuffer has 8 bits a pixel, and not ${depth}`);
    await bench.screenIsTrue();
    await bench.photograph("code");
  },
};
