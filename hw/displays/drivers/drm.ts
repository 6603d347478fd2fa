import { Light } from "../../linux/backlight.ts";
import { chooseOutput, modesOf, type Output, plugIn } from "../../linux/drm.ts";
import { DisplayChanged, DisplayError, deviceError } from "../../linux/errors.ts";
import { isMonochrome, isOled } from "../../linux/fbdev.ts";
import { Card, type Fit, type Head, type Mode, type Scanout } from "../../linux/modeset.ts";
import { Sysfs } from "../../linux/sysfs.ts";
import { around, type Rect } from "../../picture/changes.ts";
import { encoder, piecesOf, rowBytes } from "../../picture/formats.ts";
import type { Picture } from "../../picture/picture.ts";
import type { PixelCapabilities } from "../contract/display.ts";
import type { DisplayOptions, Host, Opened } from "../contract/options.ts";
import { withCare } from "../parts/care.ts";
import { displayOn, type Surface } from "../parts/surface.ts";

/** The format that practically every driver takes, if need be by converting it (drm_mode_addfb, depth 24 of 32 bits). */
const FORMAT = "XRGB8888";
const BITS_PER_PIXEL = 32;

/** Bytes that are converted at a time: what bounds the memory of a full repaint. */
const CHUNK = 512 * 1024;

/**
 * A connector of a graphics card, driven without a framebuffer of the kernel's.
 * @throws {DisplayError} where there is none, nothing is plugged in, or another program has the card
 */
export async function open(options: DisplayOptions, host: Host): Promise<Opened> {
  const sysfs = new Sysfs(host.root);
  const output = findOutput(sysfs, host.root, options.device);
  if (output === null) throw new DisplayError(absence(options.device));
  const { node, driver, connector } = output;
  if (connector.status === "disconnected") throw new DisplayError(plugIn([connector]));
  const { width, height, physical } = look(host.root, output, options);
  const panel = { name: driver, bitsPerPixel: BITS_PER_PIXEL };
  const light = new Light(sysfs, `${output.directory}/device`, options.brightness);
  const surface = new DrmSurface(
    {
      driver: "drm",
      device: node,
      name: `${driver} ${connector.name}`,
      surface: "pixels",
      width,
      height,
      format: FORMAT,
      stride: rowBytes(FORMAT, width),
      monochrome: isMonochrome(panel),
      refresh: "fast",
      physical,
    },
    { sysfs, output, wanted: options, light, root: host.root, urgent: host.urgent },
  );
  const display = displayOn(surface, options);
  return {
    display: isOled(panel) ? withCare(display, options.brightness, host.clock) : display,
    warnings: light.hindrances,
  };
}

function absence(device: string): string {
  return device === ""
    ? "There is no graphics card with a connector and without a framebuffer: check that its driver is loaded, or name one in display.device."
    : `There is no graphics card or connector called ${device}: check that its driver is loaded.`;
}

/** Until someone asks a card, the kernel knows of none of its connectors whether something is plugged in. */
function findOutput(sysfs: Sysfs, root: string, device: string): Output | null {
  const asked = new Set<string>();
  for (;;) {
    const output = chooseOutput(sysfs, device);
    if (output === null || output.connector.status === "connected" || asked.has(output.node)) return output;
    asked.add(output.node);
    onCard(root, output.node, (card) => card.probe());
  }
}

/** What would be shown on now. */
function look(root: string, { node, connector }: Output, wanted: Wanted) {
  return onCard(root, node, (card) => {
    const head = headOf(card, connector.name, node);
    return { ...fitOf(head, wanted, node), physical: head.physical };
  });
}

/** Asks a card. Nothing is changed, and it is free again at once. */
function onCard<T>(root: string, node: string, ask: (card: Card) => T): T {
  let card: Card | null = null;
  try {
    card = new Card(root + node);
    return ask(card);
  } catch (error) {
    throw deviceError(error, node);
  } finally {
    card?.close();
  }
}

function headOf(card: Card, connector: string, node: string): Head {
  const head = card.head(connector);
  if (head === null)
    throw new DisplayError(`${node} can't show anything on ${connector}: report its driver.`);
  return head;
}

type Wanted = Pick<DisplayOptions, "device" | "width" | "height">;

/** The best size of those that are wanted. */
function fitOf({ modes }: Head, { width, height }: Wanted, node: string): Fit {
  const best = modes.find(
    (each) => (width === 0 || each.width === width) && (height === 0 || each.height === height),
  );
  if (best !== undefined)
    return {
      width: best.width,
      height: best.height,
      modes: [best, ...modes.filter((each) => each !== best && sizeOf(each) === sizeOf(best))],
    };
  throw new DisplayError(
    modes.length === 0
      ? `${node} is told no mode by what is plugged in: check its cable.`
      : `${node} has no mode of ${width || "any"}x${height || "any"} pixels: ${otherSizes(modes)}.`,
  );
}

function sizeOf({ width, height }: Pick<Mode, "width" | "height">): string {
  return `${width}x${height}`;
}

/** What can be done where a size is not to be had. */
function otherSizes(modes: readonly Mode[], refused = ""): string {
  const sizes = [...new Set(modes.map(sizeOf))].filter((size) => size !== refused);
  return sizes.length === 0
    ? "report its driver"
    : `set display.width and display.height to one of ${sizes.join(", ")}`;
}

/** What SETCRTC and the calls before it say of a mode that is beyond the card, its memory or its cable. */
const REFUSALS: ReadonlySet<unknown> = new Set(["EINVAL", "ENOSPC", "ENOMEM", "ERANGE", "E2BIG"]);

function showOn(card: Card, head: Head, fit: Fit, node: string): Scanout {
  try {
    return card.show(head, fit);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!REFUSALS.has(code)) throw error;
    const size = sizeOf(fit);
    throw new DisplayError(`${node} can't show ${size} (${code}): ${otherSizes(head.modes, size)}.`, {
      cause: error,
    });
  }
}

interface Parts {
  readonly sysfs: Sysfs;
  readonly output: Output;
  readonly wanted: Wanted;
  readonly light: Light;
  readonly root: string;
  readonly urgent: Host["urgent"];
}

class DrmSurface implements Surface {
  readonly capabilities: PixelCapabilities;
  readonly setBrightness?: (percent: number) => Promise<void>;
  readonly #parts: Parts;
  /** While a picture is shown. The card is open no longer than that: it has one master. */
  #shown: { readonly card: Card; readonly scanout: Scanout; readonly modes: string } | null = null;

  constructor(capabilities: PixelCapabilities, parts: Parts) {
    this.capabilities = capabilities;
    this.#parts = parts;
    const { set } = parts.light;
    if (set !== undefined) this.setBrightness = set;
  }

  async take(): Promise<boolean> {
    this.#checkUnchanged();
    if (this.#shown !== null) return true;
    const { root, output, wanted, light } = this.#parts;
    const { node, connector } = output;
    const card = new Card(root + node);
    try {
      becomeMaster(card, node);
      const head = headOf(card, connector.name, node);
      const fit = fitOf(head, wanted, node);
      if (sizeOf(fit) !== sizeOf(this.capabilities)) throw changed(node);
      const scanout = showOn(card, head, fit, node);
      this.#shown = { card, scanout, modes: modesOf(this.#parts.sysfs, output) };
    } catch (error) {
      card.close();
      throw error;
    }
    await light.switchOn();
    return false;
  }

  #checkUnchanged(): void {
    const { sysfs, output, wanted } = this.#parts;
    const now = chooseOutput(sysfs, wanted.device);
    if (now === null) throw new DisplayError(`${output.node} has disappeared: check its cable.`);
    const isOther = JSON.stringify(now) !== JSON.stringify(output);
    const hasOther = this.#shown !== null && modesOf(sysfs, output) !== this.#shown.modes;
    if (isOther || hasOther) throw changed(output.node);
  }

  async paint(picture: Picture, parts: readonly Rect[]): Promise<void> {
    if (this.#shown === null) throw new TypeError("painted without having been taken");
    const { pitch, bytes, flush } = this.#shown.scanout;
    const encode = encoder(FORMAT, picture.palette);
    for (const part of parts) {
      const length = rowBytes(FORMAT, part.width);
      const rows = Math.max(1, Math.floor(CHUNK / length));
      // Rows are made here and then copied: the device's memory is slow to read, and to write twice.
      await this.#parts.urgent();
      for (const piece of piecesOf(encode, picture, part, length, rows)) {
        for (let row = 0; row < piece.height; row++)
          bytes.set(
            piece.bytes.subarray(row * length, (row + 1) * length),
            (piece.y + row) * pitch + rowBytes(FORMAT, part.x),
          );
        await this.#parts.urgent();
      }
    }
    flush(around(parts));
  }

  async release(): Promise<void> {
    this.#letGo();
    await this.#parts.light.giveBack();
  }

  async close(): Promise<void> {
    this.#letGo();
  }

  #letGo(): void {
    const shown = this.#shown;
    this.#shown = null;
    shown?.scanout.unmap();
    shown?.card.close();
  }
}

function becomeMaster(card: Card, node: string): void {
  try {
    card.becomeMaster();
  } catch (error) {
    throw new DisplayError(
      `${node} is in use by another program (a compositor, a camera's UI): stop that program, or set display.driver to "png" and let it show the file.`,
      { cause: error },
    );
  }
}

function changed(node: string): DisplayChanged {
  return new DisplayChanged(`${node} has another monitor or another mode now: open it again.`);
}
