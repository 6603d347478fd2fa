/** What a framebuffer tells and takes by ioctls alone (include/uapi/linux/fb.h). */
import type { Rgb } from "../picture/picture.ts";
import type { ScreenInfo } from "./fbdev.ts";
import { addressOf, ioctl, Structure } from "./kernel.ts";

/** `struct fb_var_screeninfo`, its bit fields (`struct fb_bitfield`) taken apart. */
const VAR_SCREENINFO = new Structure({
  xres: "__u32",
  yres: "__u32",
  xres_virtual: "__u32",
  yres_virtual: "__u32",
  xoffset: "__u32",
  yoffset: "__u32",
  bits_per_pixel: "__u32",
  grayscale: "__u32",
  red_offset: "__u32",
  red_length: "__u32",
  red_msb_right: "__u32",
  green_offset: "__u32",
  green_length: "__u32",
  green_msb_right: "__u32",
  blue_offset: "__u32",
  blue_length: "__u32",
  blue_msb_right: "__u32",
  transp: ["__u32", 3],
  nonstd: "__u32",
  activate: "__u32",
  height: "__u32",
  width: "__u32",
  accel_flags: "__u32",
  timings: ["__u32", 9],
  rotate: "__u32",
  colorspace: "__u32",
  reserved: ["__u32", 4],
});

/** `struct fb_fix_screeninfo` */
const FIX_SCREENINFO = new Structure({
  id: ["__u8", 16],
  smem_start: "unsigned long",
  smem_len: "__u32",
  type: "__u32",
  type_aux: "__u32",
  visual: "__u32",
  xpanstep: "__u16",
  ypanstep: "__u16",
  ywrapstep: "__u16",
  line_length: "__u32",
  mmio_start: "unsigned long",
  mmio_len: "__u32",
  accel: "__u32",
  capabilities: "__u16",
  reserved: ["__u16", 2],
});

/** `struct fb_cmap` */
const CMAP = new Structure({
  start: "__u32",
  len: "__u32",
  red: "pointer",
  green: "pointer",
  blue: "pointer",
  transp: "pointer",
});

/** Numbers from before `_IOR` and `_IOW`. */
const FBIOGET_VSCREENINFO = 0x4600;
const FBIOGET_FSCREENINFO = 0x4602;
const FBIOPUTCMAP = 0x4605;
const FBIOBLANK = 0x4611;

const FB_BLANK_UNBLANK = 0;

/** @throws the error of the system: ENOTTY where the file is no framebuffer */
export function screenInfo(fd: number): ScreenInfo {
  const variable = VAR_SCREENINFO.of({});
  ioctl(fd, FBIOGET_VSCREENINFO, variable);
  const fixed = FIX_SCREENINFO.of({});
  ioctl(fd, FBIOGET_FSCREENINFO, fixed);
  const now = (name: Parameters<typeof VAR_SCREENINFO.number>[1]) => VAR_SCREENINFO.number(variable, name);
  return {
    visible: { x: now("xoffset"), y: now("yoffset"), width: now("xres"), height: now("yres") },
    channels: {
      red: { offset: now("red_offset"), length: now("red_length") },
      green: { offset: now("green_offset"), length: now("green_length") },
      blue: { offset: now("blue_offset"), length: now("blue_length") },
    },
    grey: now("grayscale") === 1,
    visual: FIX_SCREENINFO.number(fixed, "visual"),
  };
}

/**
 * The colours that pixels are the numbers of.
 * @throws the error of the system
 */
export function setPalette(fd: number, colours: readonly Rgb[]): void {
  // 16 bits a channel: all ones are as light as it gets.
  const channel = (shift: number) =>
    Uint16Array.from(colours, (colour) => ((colour >> shift) & 0xff) * 0x101);
  const [red, green, blue] = [channel(16), channel(8), channel(0)];
  ioctl(
    fd,
    FBIOPUTCMAP,
    CMAP.of({
      len: colours.length,
      red: addressOf(red),
      green: addressOf(green),
      blue: addressOf(blue),
    }),
  );
}

/** @throws the error of the system: EINVAL where the driver can't blank, and so nothing is dark */
export function unblank(fd: number): void {
  ioctl(fd, FBIOBLANK, FB_BLANK_UNBLANK);
}
