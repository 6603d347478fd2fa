/**
 * What sysfs tells of framebuffers (Documentation/ABI/testing/sysfs-class-graphics; drivers/video/fbdev/core/fbsysfs.c),
 * and which of several to take.
 */
import { basename } from "node:path";
import { rowBytes } from "../picture/formats.ts";
import type { PixelFormat } from "../picture/picture.ts";
import { type Connector, connectorsOf, noneConnected, onPanelBus } from "./drm.ts";
import { physicalSize } from "./edid.ts";
import type { Sysfs } from "./sysfs.ts";

export interface Framebuffer {
  /** "fb0" */
  readonly id: string;
  /** "/dev/fb0" */
  readonly node: string;
  /** `fix.id` of its driver, e.g. "vc4drmfb". */
  readonly name: string;
  readonly bitsPerPixel: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Pixels that the memory holds a row; more than are visible where it can be panned. */
  readonly virtualWidth: number;
  /** What the viewer sees of it, in pixels, and where that begins. */
  readonly visible: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /**
   * `panel`: a small screen of the device's own, on SPI or I2C; `firmware`: what the boot loader left behind, with no
   * driver of the hardware's own; `display`: anything else.
   */
  readonly kind: "panel" | "display" | "firmware";
  /** What it is seen on, as far as the kernel knows: DRM drivers tell, others have none. */
  readonly connectors: readonly Connector[];
  /** What the driver turns pictures by, in its own units; they are upright already. Tells when it was changed. */
  readonly rotate: string | null;
}

const CLASS = "/sys/class/graphics";

/** Deeper is no pixel: four channels of 16 bits. */
const MOST_BITS = 64;

/** Names that drivers give to a framebuffer which the firmware set up: simplefb, simpledrm, efifb, vesafb, offb. */
const FIRMWARE_NAMES = /^(simple|simpledrm|EFI VGA|VESA VGA|OFfb)/;

/**
 * Drivers that offer 16 or 32 bits for a panel of black and white: drivers/gpu/drm/solomon/ssd130x.c and those in tiny/
 * that use drm_fb_xrgb8888_to_mono light what is nearer to white, those of drivers/staging/fbtft all that is not black.
 * Names as they are in `fix.id`, which has room for 15 characters.
 */
const MONOCHROME_NAMES =
  /^(ssd130x|repaper|sharp_memory|st7571|fb_(ssd130[56]|sh1106|pcd8544|uc1701|tls8204|agm1264k))/;

/** Drivers of OLEDs, of which ssd1307fb calls itself "Solomon SSD1307". */
const OLED_NAMES = /^(ssd130x|Solomon SSD1307|fb_(ssd13|sh1106|seps525))/;

/** All framebuffers with a readable geometry, by number. */
export function listFramebuffers(sysfs: Sysfs): Framebuffer[] {
  return sysfs
    .list(CLASS)
    .filter((id) => /^fb\d+$/.test(id))
    .sort((one, other) => Number(one.slice(2)) - Number(other.slice(2)))
    .flatMap((id) => readFramebuffer(sysfs, id) ?? []);
}

/** One framebuffer as it is now; null where it is not there or has no mode. */
export function readFramebuffer(sysfs: Sysfs, id: string): Framebuffer | null {
  const at = `${CLASS}/${id}`;
  const virtual = pair(sysfs.read(`${at}/virtual_size`));
  const bitsPerPixel = count(sysfs.read(`${at}/bits_per_pixel`));
  const [virtualWidth, virtualHeight] = virtual ?? [0, 0];
  if (virtualWidth === 0 || virtualHeight === 0 || bitsPerPixel === 0 || bitsPerPixel > MOST_BITS)
    return null;
  const [x, y] = pair(sysfs.read(`${at}/pan`)) ?? [0, 0];
  const [width, height] = visibleSize(sysfs, at, virtualWidth, virtualHeight);
  const name = sysfs.read(`${at}/name`) ?? id;
  return {
    id,
    node: `/dev/${id}`,
    name,
    bitsPerPixel,
    // Some old drivers leave line_length at 0 (drivers/video/fbdev/core/fbmem.c allows it).
    stride: count(sysfs.read(`${at}/stride`)) || Math.ceil((virtualWidth * bitsPerPixel) / 8),
    virtualWidth,
    visible: { x, y, width, height },
    connectors: cardsOf(sysfs, id).flatMap((card) => connectorsOf(sysfs, card)),
    kind: FIRMWARE_NAMES.test(name) ? "firmware" : onPanelBus(sysfs, at) ? "panel" : "display",
    rotate: sysfs.read(`${at}/rotate`),
  };
}

/** By what a panel is recognized: its driver's name, and the bits that it is given a pixel. */
type Driven = Pick<Framebuffer, "name" | "bitsPerPixel">;

/** Whether there is nothing between black and white on it. */
export function isMonochrome({ bitsPerPixel, name }: Driven): boolean {
  return bitsPerPixel === 1 || MONOCHROME_NAMES.test(name);
}

export function isOled({ name }: Driven): boolean {
  return OLED_NAMES.test(name);
}

export interface Wanted {
  /** "/dev/fb1" or a link to it, a name such as "fb_ili9341", or "" for any. */
  readonly device: string;
  /** Pixels that are seen; 0 for all that the framebuffer shows. */
  readonly width: number;
  readonly height: number;
}

/**
 * The framebuffer to take: of the wanted size, else one that is larger. Of several, one that nothing is plugged into
 * comes last; the device's own small panel before a display, and both before what the firmware left behind; one with
 * something plugged in before one of which that is not known; and then the lower number.
 */
export function chooseFramebuffer(sysfs: Sysfs, wanted: Wanted): Framebuffer | null {
  const id = wanted.device.startsWith("/") ? nodeName(sysfs, wanted.device) : null;
  const fitting = listFramebuffers(sysfs).filter(
    (framebuffer) =>
      (id === null || framebuffer.id === id) &&
      (wanted.device === "" || id !== null || framebuffer.name === wanted.device) &&
      wanted.width <= framebuffer.visible.width &&
      wanted.height <= framebuffer.visible.height,
  );
  return fitting.sort((one, other) => rank(one, wanted) - rank(other, wanted)).at(0) ?? null;
}

/** Smaller is better. */
function rank({ kind, connectors, visible }: Framebuffer, { width, height }: Wanted): number {
  const larger = (width > 0 && visible.width > width) || (height > 0 && visible.height > height);
  const plugged = connectors.some(({ status }) => status === "connected");
  const kinds = ["panel", "display", "firmware"];
  return (
    16 * Number(larger) + 8 * Number(noneConnected(connectors)) + 2 * kinds.indexOf(kind) + Number(!plugged)
  );
}

/** What a framebuffer tells by ioctls alone: see `screeninfo.ts`. */
export interface ScreenInfo {
  readonly visible: Framebuffer["visible"];
  /** Where a pixel has its colours, in bits from the least significant one. */
  readonly channels: Readonly<
    Record<"red" | "green" | "blue", { readonly offset: number; readonly length: number }>
  >;
  /** Whether pixels are shades of grey, whatever the visual says. */
  readonly grey: boolean;
  /** What pixels mean (`FB_VISUAL_`). */
  readonly visual: number;
}

const FB_VISUAL_MONO01 = 0;
const FB_VISUAL_PSEUDOCOLOR = 3;
/** The number of a colour, in a palette that can't be set. */
const FB_VISUAL_STATIC_PSEUDOCOLOR = 5;

/**
 * Whether sysfs and the device tree leave no question about the pixel format: DRM's framebuffers are all made alike
 * (drivers/gpu/drm/drm_fb_helper.c).
 */
export function formatIsTold(sysfs: Sysfs, framebuffer: Framebuffer): boolean {
  const { name, id, bitsPerPixel } = framebuffer;
  if (named(sysfs, framebuffer) !== null) return true;
  return bitsPerPixel >= 16 && (/drmfb$/.test(name) || cardsOf(sysfs, id).length > 0);
}

/**
 * The pixel format: the device tree's word for a simple-framebuffer
 * (Documentation/devicetree/bindings/display/simple-framebuffer.yaml); else what the framebuffer tells; else what the
 * kernel's drivers use for that depth.
 * @param info null where it could not be asked
 * @returns null for a format that no driver here can write
 */
export function formatOf(
  sysfs: Sysfs,
  framebuffer: Framebuffer,
  info: ScreenInfo | null,
): PixelFormat | null {
  const { bitsPerPixel } = framebuffer;
  const word = named(sysfs, framebuffer);
  if (word !== null) return DEVICE_TREE_FORMATS[word] ?? null;
  if (info === null) return hasPalette(sysfs, framebuffer) ? null : (DEFAULT_FORMATS[bitsPerPixel] ?? null);
  if (bitsPerPixel === 1) return info.visual === FB_VISUAL_MONO01 ? "MONO01" : "MONO10";
  if (bitsPerPixel === 8) return formatOfByte(info);
  const { red, green, blue } = info.channels;
  const channels = [red, green, blue].map(({ offset, length }) => `${offset}:${length}`).join(" ");
  return FORMATS_BY_CHANNELS[`${bitsPerPixel} ${channels}`] ?? null;
}

function formatOfByte({ grey, visual }: ScreenInfo): PixelFormat | null {
  if (grey) return "GRAY8";
  if (visual === FB_VISUAL_PSEUDOCOLOR) return "C8";
  return visual === FB_VISUAL_STATIC_PSEUDOCOLOR ? null : "GRAY8";
}

/** By bits a pixel, then offset and length of red, green and blue. */
const FORMATS_BY_CHANNELS: Readonly<Record<string, PixelFormat>> = {
  "16 11:5 5:6 0:5": "RGB565",
  "16 0:5 5:6 11:5": "BGR565",
  "24 16:8 8:8 0:8": "RGB888",
  "24 0:8 8:8 16:8": "BGR888",
  "32 16:8 8:8 0:8": "XRGB8888",
  "32 0:8 8:8 16:8": "XBGR8888",
};

/** Whether 8 bits are the number of a colour: so with the firmware's framebuffers and DRM's (DRM_FORMAT_C8). */
function hasPalette(sysfs: Sysfs, { id, kind, bitsPerPixel }: Framebuffer): boolean {
  return bitsPerPixel === 8 && (kind === "firmware" || cardsOf(sysfs, id).length > 0);
}

/** The device tree's word for the format of the framebuffer, where it is the one that it describes. */
function named(sysfs: Sysfs, { name }: Framebuffer): string | null {
  return name === "simple" ? deviceTreeFormat(sysfs) : null;
}

/** Whether a format's pixels are as wide as the framebuffer's. */
export function fits(format: PixelFormat, framebuffer: Framebuffer): boolean {
  return rowBytes(format, 8) === framebuffer.bitsPerPixel;
}

const DEFAULT_FORMATS: Readonly<Record<number, PixelFormat>> = {
  1: "MONO10",
  8: "GRAY8",
  16: "RGB565",
  24: "RGB888",
  32: "XRGB8888",
};

const DEVICE_TREE_FORMATS: Readonly<Record<string, PixelFormat>> = {
  r5g6b5: "RGB565",
  r8g8b8: "RGB888",
  b8g8r8: "BGR888",
  x8r8g8b8: "XRGB8888",
  a8r8g8b8: "XRGB8888",
  x8b8g8r8: "XBGR8888",
  a8b8g8r8: "XBGR8888",
};

function deviceTreeFormat(sysfs: Sysfs): string | null {
  // A sandboxed unit may hide all of /proc but processes (ProcSubset=pid); the same tree is in /sys.
  for (const tree of ["/proc/device-tree", "/sys/firmware/devicetree/base"]) {
    const chosen = `${tree}/chosen`;
    for (const node of sysfs.list(chosen).filter((entry) => entry.startsWith("framebuffer"))) {
      const format = sysfs.read(`${chosen}/${node}/format`);
      if (format !== null && sysfs.read(`${chosen}/${node}/status`) !== "disabled") return format;
    }
  }
  return null;
}

/** The mode set now; else the known one that fits best; else the memory's own size. `mode` is often empty, `modes` seldom. */
function visibleSize(
  sysfs: Sysfs,
  at: string,
  virtualWidth: number,
  virtualHeight: number,
): readonly [number, number] {
  const fitting = (text: string | null) =>
    (text ?? "")
      .split("\n")
      .map((line) => /^[A-Z]:(\d+)x(\d+)[pid]*-\d+$/.exec(line))
      .map((match) => [Number(match?.[1]), Number(match?.[2])] as const)
      .filter(
        ([width, height]) => width > 0 && width <= virtualWidth && height > 0 && height <= virtualHeight,
      );
  const now = fitting(sysfs.read(`${at}/mode`));
  const known = fitting(sysfs.read(`${at}/modes`));
  const asWide = known.filter(([width]) => width === virtualWidth);
  const asHigh = asWide.find(([, height]) => height === virtualHeight);
  return now[0] ?? asHigh ?? asWide[0] ?? known[0] ?? [virtualWidth, virtualHeight];
}

/** A number as the kernel prints one; 0 where it is none, or larger than any that it could mean. */
function count(text: string | null): number {
  return /^\d{1,9}$/.test(text ?? "") ? Number(text) : 0;
}

function nodeName(sysfs: Sysfs, device: string): string {
  return basename(sysfs.resolve(device) ?? device);
}

/**
 * Visible millimetres of the display on the connector that a DRM driver's framebuffer shows; null where that is not
 * known.
 */
export function sizeOnConnector(
  sysfs: Sysfs,
  id: string,
): { readonly width: number; readonly height: number } | null {
  for (const card of cardsOf(sysfs, id)) {
    const shown = connectorsOf(sysfs, card).find(({ status }) => status === "connected");
    const edid = shown && sysfs.readBytes(`${card}/${basename(card)}-${shown.name}/edid`);
    if (edid) return physicalSize(edid);
  }
  return null;
}

/** The directories of the DRM cards that a framebuffer belongs to: one, or none. */
function cardsOf(sysfs: Sysfs, id: string): readonly string[] {
  const drm = `${CLASS}/${id}/device/drm`;
  return sysfs
    .list(drm)
    .filter((entry) => entry.startsWith("card"))
    .map((entry) => `${drm}/${entry}`);
}

function pair(text: string | null): readonly [number, number] | null {
  const match = /^(\d{1,9}),(\d{1,9})$/.exec(text ?? "");
  return match === null ? null : [Number(match[1]), Number(match[2])];
}
