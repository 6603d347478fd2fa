import { Turns } from "../../../daemon/core/turns.ts";
import { DisplayError, deviceError } from "../../linux/errors.ts";
import { changedRects, type Rect, wholeOf } from "../../picture/changes.ts";
import type { Picture, Rotation } from "../../picture/picture.ts";
import { rotate } from "../../picture/rotate.ts";
import type { PixelCapabilities, PixelDisplay } from "../contract/display.ts";

/** A device in its native orientation: all that a driver of a pixel display has to write. Calls never overlap. */
export interface Surface {
  /** Before rotation. */
  readonly capabilities: PixelCapabilities;
  /**
   * Gets the device ready for `paint`, before every picture.
   * @returns false where what was painted before may be gone, so that all of it has to be painted again
   */
  take(): Promise<boolean>;
  /** Writes those parts of the picture; they overlap nowhere and are aligned as `changedRects` says. */
  paint(picture: Picture, parts: readonly Rect[]): Promise<void>;
  /** Turns the device dark and gives it back. Called only after `take`. */
  release(): Promise<void>;
  /** Lets go of the device. */
  close(): Promise<void>;
  /** Sets the light, 0 to 100 percent of full; absent where the device has no such control. */
  setBrightness?(percent: number): Promise<void>;
}

export interface Mounting {
  /** Degrees clockwise that pictures are turned. */
  readonly rotate: Rotation;
  /** Pictures are shown as their negative. */
  readonly invert: boolean;
}

/** The display that a surface makes: turned as it is mounted, one call at a time, writing no more than what changed. */
export function displayOn(surface: Surface, mounting: Mounting): PixelDisplay {
  const { device, driver } = surface.capabilities;
  const capabilities = asMounted(surface.capabilities, mounting.rotate);
  let shown: Picture | null = null;
  let taken = false;
  let closed = false;
  const turns = new Turns();

  /** Runs after whatever was asked for before, whether that went well or not. */
  function inTurn(run: () => Promise<void>): Promise<void> {
    return turns.take(run).catch((error: unknown) => {
      throw deviceError(error, device ?? driver);
    });
  }

  async function show(picture: Picture): Promise<void> {
    if (closed) throw new DisplayError(`${device ?? driver} was closed: open it again.`);
    if (picture.width !== capabilities.width || picture.height !== capabilities.height)
      throw new RangeError(
        `a picture of ${picture.width}x${picture.height} for a display of ${capabilities.width}x${capabilities.height}`,
      );
    const next = rotate(mounting.invert ? negative(picture) : picture, mounting.rotate);
    const before = shown;
    shown = null;
    taken = true;
    const kept = await surface.take();
    const parts = kept && before !== null ? changedRects(before, next) : [wholeOf(next)];
    if (parts.length > 0) await surface.paint(next, parts);
    shown = next;
  }

  async function clear(): Promise<void> {
    if (!taken) return;
    taken = false;
    shown = null;
    await surface.release();
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    try {
      await clear();
    } catch (error) {
      // A device that is gone has nothing left to clear.
      if (!(deviceError(error, "") instanceof DisplayError)) throw error;
    } finally {
      await surface.close();
    }
  }

  return {
    capabilities,
    show: (picture) => inTurn(() => show(picture)),
    clear: () => inTurn(clear),
    close: () => inTurn(close),
    ...(surface.setBrightness && {
      setBrightness: (percent: number) => inTurn(async () => surface.setBrightness?.(percent)),
    }),
  };
}

function asMounted(native: PixelCapabilities, rotation: Rotation): PixelCapabilities {
  if (rotation === 0 || rotation === 180) return native;
  const { width, height, physical } = native;
  return {
    ...native,
    width: height,
    height: width,
    physical: physical && { width: physical.height, height: physical.width },
  };
}

function negative(picture: Picture): Picture {
  return { ...picture, palette: picture.palette.map((colour) => colour ^ 0xffffff) };
}
