import { statSync } from "node:fs";
import { type FileHandle, open as openFile } from "node:fs/promises";
import { Light } from "../../linux/backlight.ts";
import { TextConsole } from "../../linux/console.ts";
import { noneConnected, plugIn } from "../../linux/drm.ts";
import { DisplayChanged, DisplayError, deviceError } from "../../linux/errors.ts";
import {
  chooseFramebuffer,
  type Framebuffer,
  fits,
  formatIsTold,
  formatOf,
  isMonochrome,
  isOled,
  readFramebuffer,
  type ScreenInfo,
  sizeOnConnector,
} from "../../linux/fbdev.ts";
import { Sysfs } from "../../linux/sysfs.ts";
import { withKernel } from "../../linux/with-kernel.ts";
import { type Rect, wholeOf, wholeRows } from "../../picture/changes.ts";
import { BITS_PER_PIXEL, encoder, piecesOf, rowBytes } from "../../picture/formats.ts";
import type { Picture, Rgb } from "../../picture/picture.ts";
import type { PixelCapabilities } from "../contract/display.ts";
import type { DisplayOptions, Host, Opened } from "../contract/options.ts";
import { withCare } from "../parts/care.ts";
import { whileShown } from "../parts/standing.ts";
import { displayOn, type Surface } from "../parts/surface.ts";

/** Bytes that one write to the device carries at most: what bounds the memory of a full repaint. */
const CHUNK = 512 * 1024;
/**
 * More writes than this take longer than rows that are written whole, of which one write carries many; with some
 * drivers (ssd1307fb) each also sends all of the panel. A second of a countdown takes fewer.
 */
const FEW_CALLS = 32;

/** How often a picture is looked after: a text console that drew over it tells nobody. */
const LOOK_EVERY_MS = 2000;

/**
 * A framebuffer of the kernel, or under a root prefix a plain file in its place.
 * @throws {DisplayError} where there is none, it may not be written, or has a format that is not known here
 */
export async function open(options: DisplayOptions, host: Host): Promise<Opened> {
  const sysfs = new Sysfs(host.root);
  const framebuffer = chooseFramebuffer(sysfs, options);
  if (framebuffer === null) throw new DisplayError(absence(options));
  const { id, node, name, stride, kind, connectors } = framebuffer;
  const opened = await openNode(host.root, node);
  const kernel = new KernelsView(opened.file.fd);
  const info =
    options.pixel_format === "auto" && !formatIsTold(sysfs, framebuffer) ? await kernel.screenInfo() : null;
  const format = options.pixel_format === "auto" ? formatOf(sysfs, framebuffer, info) : options.pixel_format;
  if (format === null || !fits(format, framebuffer)) {
    await opened.file.close();
    throw new DisplayError(unknownFormat(framebuffer));
  }
  const visible = info?.visible ?? framebuffer.visible;
  const console = new TextConsole(sysfs, id, () => kernel.unblank());
  const light = new Light(sysfs, `/sys/class/graphics/${id}/device`, options.brightness);
  const surface = new FramebufferSurface(
    {
      driver: "framebuffer",
      device: node,
      name,
      surface: "pixels",
      width: options.width || visible.width,
      height: options.height || visible.height,
      format,
      stride,
      monochrome: isMonochrome(framebuffer),
      refresh: kind === "panel" ? "slow" : "fast",
      physical: sizeOnConnector(sysfs, id),
    },
    { sysfs, framebuffer, visible, ...opened, kernel, console, light, urgent: host.urgent },
  );
  const warnings = [...(console.hindrance === null ? [] : [console.hindrance]), ...light.hindrances];
  const bare = displayOn(surface, options);
  const painted = whileShown(bare, LOOK_EVERY_MS, host.clock, async (picture) => {
    if (console.hasDrawn()) await bare.show(picture);
  });
  const display = isOled(framebuffer) ? withCare(painted, options.brightness, host.clock) : painted;
  if (!noneConnected(connectors)) return { display, warnings };
  const unseen = plugIn(connectors);
  return { display: { ...display, unseen }, warnings: [...warnings, unseen] };
}

function unknownFormat({ node, bitsPerPixel }: Framebuffer): string {
  if (bitsPerPixel === 8)
    return `${node} has a palette that can't be set: start Linux with 16 or 32 bits a pixel, or set display.pixel_format to "GRAY8" if it is grey.`;
  if (!Object.values(BITS_PER_PIXEL).includes(bitsPerPixel))
    return `${node} has ${bitsPerPixel} bits a pixel, which c2cd can't write: start Linux with 16 or 32.`;
  return `${node} has ${bitsPerPixel} bits a pixel, in a format that is not known: set display.pixel_format to one of that size.`;
}

/** The framebuffer as the kernel's calls know it. They are loaded when they are needed: most framebuffers need none. */
class KernelsView {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Null where it can't be asked: what stands in for a board is a file, and koffi may be missing. */
  async screenInfo(): Promise<ScreenInfo | null> {
    try {
      return (await this.#calls()).screenInfo(this.#fd);
    } catch {
      return null;
    }
  }

  async setPalette(colours: readonly Rgb[]): Promise<void> {
    (await this.#calls()).setPalette(this.#fd, colours);
  }

  async unblank(): Promise<void> {
    (await this.#calls()).unblank(this.#fd);
  }

  #calls() {
    return withKernel(() => import("../../linux/screeninfo.ts"));
  }
}

/** The open node, its path, and which inode it is: a device that leaves and returns is another one. */
async function openNode(root: string, node: string) {
  const path = `${root}${node}`;
  try {
    const file = await openFile(path, "r+");
    return { file, path, inode: (await file.stat()).ino };
  } catch (error) {
    throw deviceError(error, node);
  }
}

function absence({ device, width, height }: DisplayOptions): string {
  const size = width > 0 || height > 0 ? ` of ${width || "any"}x${height || "any"} pixels` : "";
  const name = device === "" ? "" : ` called ${device}`;
  return `There is no framebuffer${name}${size}: check the cable and that the boot configuration enables the display.`;
}

interface Parts {
  readonly sysfs: Sysfs;
  readonly framebuffer: Framebuffer;
  readonly visible: Framebuffer["visible"];
  readonly kernel: KernelsView;
  readonly file: FileHandle;
  readonly path: string;
  readonly inode: number;
  readonly console: TextConsole;
  readonly light: Light;
  readonly urgent: Host["urgent"];
}

class FramebufferSurface implements Surface {
  readonly capabilities: PixelCapabilities;
  readonly setBrightness?: (percent: number) => Promise<void>;
  readonly #parts: Parts;
  /** The colours that were set last, where there are any to set. */
  #palette: readonly Rgb[] | null = null;

  constructor(capabilities: PixelCapabilities, parts: Parts) {
    this.capabilities = capabilities;
    this.#parts = parts;
    const { set } = parts.light;
    if (set !== undefined) this.setBrightness = set;
  }

  async take(): Promise<boolean> {
    this.#checkUnchanged();
    const { console, light } = this.#parts;
    const kept = await console.takeOff();
    // The console sets colours of its own.
    if (!kept) this.#palette = null;
    await light.switchOn();
    return kept;
  }

  #checkUnchanged(): void {
    const { sysfs, framebuffer, path, inode } = this.#parts;
    const { id, node } = framebuffer;
    const now = readFramebuffer(sysfs, id);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || now === null)
      throw new DisplayError(`${node} has disappeared: check the cable of the display.`);
    if (stat.ino !== inode || JSON.stringify(now) !== JSON.stringify(framebuffer))
      throw new DisplayChanged(`${node} is another display or has another mode now: open it again.`);
  }

  async paint(picture: Picture, parts: readonly Rect[]): Promise<void> {
    const { format, stride } = this.capabilities;
    const { visible, kernel } = this.#parts;
    if (format === "C8" && !sameColours(this.#palette, picture.palette)) {
      this.#palette = null;
      await kernel.setPalette(picture.palette);
      this.#palette = picture.palette;
    }
    const encode = encoder(format, picture.palette);
    for (const part of this.#inFewCalls(picture, parts)) {
      const x = rowBytes(format, visible.x + part.x);
      await this.#parts.urgent();
      for (const { y, bytes } of piecesOf(encode, picture, part, stride, this.#rowsAtOnce(part))) {
        await this.#write(bytes, (visible.y + y) * stride + x);
        // A picture of 4K takes the one thread for most of a second.
        await this.#parts.urgent();
      }
    }
  }

  /** The parts, or the rows that they lie in where so many calls would take longer than so many bytes. */
  #inFewCalls(picture: Picture, parts: readonly Rect[]): readonly Rect[] {
    const calls = parts.reduce((sum, part) => sum + Math.ceil(part.height / this.#rowsAtOnce(part)), 0);
    return calls > FEW_CALLS ? wholeRows(picture, parts) : parts;
  }

  /** Padding behind a row belongs to nobody; pixels behind the visible ones may. */
  #rowsAtOnce({ width }: Rect): number {
    if (width !== this.#parts.framebuffer.virtualWidth) return 1;
    return Math.max(1, Math.floor(CHUNK / this.capabilities.stride));
  }

  async release(): Promise<void> {
    const { width, height } = this.capabilities;
    const { console, light } = this.#parts;
    const black = { width, height, pixels: new Uint8Array(width * height), palette: [0x000000] };
    try {
      await this.paint(black, [wholeOf(black)]);
    } finally {
      await console.giveBack();
      await light.giveBack();
    }
  }

  async close(): Promise<void> {
    await this.#parts.file.close();
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#parts.file.write(
        bytes,
        written,
        bytes.length - written,
        position + written,
      );
      if (bytesWritten === 0)
        throw new DisplayError(
          `${this.#parts.framebuffer.node} is smaller than its driver says: report this driver.`,
        );
      written += bytesWritten;
    }
  }
}

function sameColours(one: readonly Rgb[] | null, other: readonly Rgb[]): boolean {
  return one?.length === other.length && one.every((colour, index) => colour === other[index]);
}
