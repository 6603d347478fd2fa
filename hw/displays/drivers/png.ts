import { open as openFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DisplayError } from "../../linux/errors.ts";
import { underRoot } from "../../linux/paths.ts";
import type { Picture } from "../../picture/picture.ts";
import { encodePng } from "../../picture/png.ts";
import type { PixelCapabilities } from "../contract/display.ts";
import type { DisplayOptions, Host, Opened } from "../contract/options.ts";
import { displayOn, type Surface } from "../parts/surface.ts";

/**
 * A file that always holds the whole current picture, for a camera UI that composes its own screen. Readers may open it at any
 * time: it is replaced by rename(2). Without a picture there is no file.
 *
 * @throws {DisplayError} where display.device names no place that can be written
 */
export async function open(options: DisplayOptions, host: Host): Promise<Opened> {
  if (options.device === "")
    throw new DisplayError('The png driver needs a path: set display.device, e.g. "/run/c2cd/screen.png".');
  const width = options.width || 800;
  const height = options.height || 480;
  const surface = new PngSurface(underRoot(host.root, options.device), {
    driver: "png",
    device: options.device,
    name: basename(options.device),
    surface: "pixels",
    width,
    height,
    format: "RGB888",
    stride: 3 * width,
    monochrome: false,
    refresh: "fast",
    physical: null,
  });
  return { display: displayOn(surface, options), warnings: [] };
}

class PngSurface implements Surface {
  readonly capabilities: PixelCapabilities;
  readonly #path: string;
  readonly #temporary: string;

  constructor(path: string, capabilities: PixelCapabilities) {
    this.#path = path;
    this.#temporary = join(dirname(path), `.${basename(path)}.new`);
    this.capabilities = capabilities;
  }

  async take(): Promise<boolean> {
    return true;
  }

  async paint(picture: Picture): Promise<void> {
    const file = await openFile(this.#temporary, "w");
    try {
      await file.chmod(0o644);
      await file.writeFile(await encodePng(picture));
    } finally {
      await file.close();
    }
    await rename(this.#temporary, this.#path);
  }

  async release(): Promise<void> {
    await rm(this.#temporary, { force: true });
    await rm(this.#path, { force: true });
  }

  async close(): Promise<void> {}
}
