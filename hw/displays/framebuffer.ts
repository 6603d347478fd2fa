import { statSync } from "node:fs";
import { type FileHandle, open as openFile } from "node:fs/promises";
import { type Rect, wholeOf } from "./changes.ts";
import { DisplayError, type Picture, type PixelCapabilities } from "./display.ts";
import { deviceError } from "./errors.ts";
import { chooseFramebuffer, type Framebuffer, fits, formatOf, readFramebuffer } from "./fbdev.ts";
import { encoder, rowBytes } from "./formats.ts";
import type { DisplayOptions, Host, Opened } from "./options.ts";
import { displayOn, type Surface } from "./surface.ts";

/** Bytes that one write to the device carries at most: what bounds the memory of a full repaint. */
const CHUNK = 256 * 1024;

/**
 * A framebuffer of the kernel, or under a root prefix a plain file in its place.
 * @throws {DisplayError} where there is none, it may not be written, or has a format that is not known here
 */
export async function open(options: DisplayOptions, host: Host): Promise<Opened> {
  const framebuffer = chooseFramebuffer(host.root, options);
  if (framebuffer === null) throw new DisplayError(absence(options));
  const format = options.pixel_format === "auto" ? formatOf(host.root, framebuffer) : options.pixel_format;
  if (format === null || !fits(format, framebuffer))
    throw new DisplayError(
      `${framebuffer.node} has ${framebuffer.bitsPerPixel} bits a pixel in a format that is not known: set display.pixel_format to one of that size.`,
    );
  const surface = await FramebufferSurface.open(
    framebuffer,
    {
      driver: "framebuffer",
      device: framebuffer.node,
      name: framebuffer.name,
      surface: "pixels",
      width: framebuffer.visible.width,
      height: framebuffer.visible.height,
      format,
      stride: framebuffer.stride,
      monochrome: framebuffer.bitsPerPixel === 1,
      refresh: framebuffer.kind === "panel" ? "slow" : "fast",
      physical: null,
    },
    host.root,
  );
  return { display: displayOn(surface, options), warnings: [] };
}

function absence({ device, width, height }: DisplayOptions): string {
  const size = width > 0 || height > 0 ? ` of ${width || "any"}x${height || "any"} pixels` : "";
  const name = device === "" ? "" : ` called ${device}`;
  return `There is no framebuffer${name}${size}: check the cable and that the boot configuration enables the display.`;
}

class FramebufferSurface implements Surface {
  readonly capabilities: PixelCapabilities;
  readonly #framebuffer: Framebuffer;
  readonly #root: string;
  readonly #file: FileHandle;
  readonly #inode: number;

  static async open(framebuffer: Framebuffer, capabilities: PixelCapabilities, root: string) {
    try {
      const file = await openFile(`${root}${framebuffer.node}`, "r+");
      return new FramebufferSurface(framebuffer, capabilities, root, file, (await file.stat()).ino);
    } catch (error) {
      throw deviceError(error, framebuffer.node);
    }
  }

  private constructor(
    framebuffer: Framebuffer,
    capabilities: PixelCapabilities,
    root: string,
    file: FileHandle,
    inode: number,
  ) {
    this.#framebuffer = framebuffer;
    this.capabilities = capabilities;
    this.#root = root;
    this.#file = file;
    this.#inode = inode;
  }

  async take(): Promise<boolean> {
    const { id, node } = this.#framebuffer;
    const inode = statSync(`${this.#root}${node}`, { throwIfNoEntry: false })?.ino;
    const now = readFramebuffer(this.#root, id);
    if (inode === undefined || now === null)
      throw new DisplayError(`${node} has disappeared: check the cable of the display.`);
    if (inode !== this.#inode || JSON.stringify(now) !== JSON.stringify(this.#framebuffer))
      throw new DisplayError(`${node} has changed its mode: open it again.`);
    return true;
  }

  async paint(picture: Picture, parts: readonly Rect[]): Promise<void> {
    const { format, stride } = this.capabilities;
    const { visible, virtualWidth } = this.#framebuffer;
    const encode = encoder(format, picture.palette);
    for (const part of parts) {
      const length = rowBytes(format, part.width);
      // Padding behind a row belongs to nobody; pixels behind the visible ones may.
      const wholeRows = part.width === virtualWidth;
      const rows = wholeRows ? Math.max(1, Math.floor(CHUNK / stride)) : 1;
      for (let y = part.y; y < part.y + part.height; y += rows) {
        const count = Math.min(rows, part.y + part.height - y);
        const bytes = new Uint8Array((count - 1) * stride + length);
        for (let row = 0; row < count; row++)
          encode(picture.pixels, (y + row) * picture.width + part.x, part.width, bytes, row * stride);
        const x = rowBytes(format, visible.x + part.x);
        await this.#write(bytes, (visible.y + y) * stride + x);
      }
    }
  }

  async release(): Promise<void> {
    const { width, height } = this.capabilities;
    const black = { width, height, pixels: new Uint8Array(width * height), palette: [0x000000] };
    await this.paint(black, [wholeOf(black)]);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        written,
        bytes.length - written,
        position + written,
      );
      if (bytesWritten === 0)
        throw new DisplayError(
          `${this.#framebuffer.node} is smaller than its driver says: report this driver.`,
        );
      written += bytesWritten;
    }
  }
}
