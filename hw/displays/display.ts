/**
 * The contract between what is drawn and what it is drawn on. A driver knows a device and no state; a screen
 * knows sizes and no device.
 */

/** Names accepted by `display.driver`, less `auto`. */
export type DriverName =
  | "framebuffer"
  | "ssd1306"
  | "sh1106"
  | "st7789"
  | "ili9341"
  | "png"
  | "terminal"
  | "none";

/**
 * How one pixel lies in the device's memory, in the words of the kernel's DRM fourcc names
 * (include/uapi/drm/drm_fourcc.h; little-endian, so XRGB8888 is B,G,R,X in memory) and of fbdev's two mono visuals:
 * MONO01 has 1 = black (FB_VISUAL_MONO01), MONO10 has 1 = white (FB_VISUAL_MONO10).
 */
export type PixelFormat =
  | "XRGB8888"
  | "XBGR8888"
  | "RGB565"
  | "BGR565"
  | "RGB888"
  | "BGR888"
  | "GRAY8"
  | "MONO01"
  | "MONO10";

export type Rotation = 0 | 90 | 180 | 270;

/** A colour as 0xRRGGBB. */
export type Rgb = number;

/**
 * Pixels as palette indices: one byte a pixel, so that a 4K picture costs 8 MB and not 33. Row-major, no padding. A
 * picture never changes once it was shown: displays keep the last one to tell what is new in the next.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `width * height` indices into `palette`. */
  readonly pixels: Uint8Array;
  /** At most 256 colours. */
  readonly palette: readonly Rgb[];
}

/** A screenful of characters, for displays that show text: one string a row, at most `columns` cells wide. */
export interface CellPicture {
  readonly columns: number;
  readonly rows: number;
  readonly lines: readonly string[];
}

interface CommonCapabilities {
  readonly driver: DriverName;
  /** Device node or file, e.g. "/dev/fb0"; null where there is none. */
  readonly device: string | null;
  /** What a person would call it, e.g. "vc4drmfb" from sysfs. */
  readonly name: string;
}

export interface PixelCapabilities extends CommonCapabilities {
  readonly surface: "pixels";
  /** As the viewer sees it: rotation applied. */
  readonly width: number;
  readonly height: number;
  readonly format: PixelFormat;
  /** Bytes from one row to the next in the device's memory, before rotation. */
  readonly stride: number;
  /** One bit a pixel: draw without antialiasing. */
  readonly monochrome: boolean;
  /** "slow" where a full refresh takes longer than a tenth of a second (I2C, SPI): redraw sparingly. */
  readonly refresh: "fast" | "slow";
  /** Visible size in millimetres as the viewer sees it; null where the kernel does not know. */
  readonly physical: { readonly width: number; readonly height: number } | null;
}

export interface CellCapabilities extends CommonCapabilities {
  readonly surface: "cells";
  readonly columns: number;
  readonly rows: number;
}

export interface NoCapabilities extends CommonCapabilities {
  readonly surface: "nothing";
}

export type Capabilities = PixelCapabilities | CellCapabilities | NoCapabilities;

interface CommonDisplay {
  /** Turns the surface dark and gives it back to whoever had it before (console, camera UI). `show` takes it again. */
  clear(): Promise<void>;
  /** `clear`, then lets go of the device for good. Safe to call twice. */
  close(): Promise<void>;
}

export interface PixelDisplay extends CommonDisplay {
  readonly capabilities: PixelCapabilities;
  /**
   * Puts the picture on the device, writing no more than what changed since the last one.
   * @throws {DisplayError} where the device is gone or refuses; the caller may open it again later.
   */
  show(picture: Picture): Promise<void>;
  /** Sets the light, 0 to 100 percent of full; absent where the device has no such control. */
  setBrightness?(percent: number): Promise<void>;
}

export interface CellDisplay extends CommonDisplay {
  readonly capabilities: CellCapabilities;
  show(picture: CellPicture): Promise<void>;
}

export interface NoDisplay extends CommonDisplay {
  readonly capabilities: NoCapabilities;
}

export type Display = PixelDisplay | CellDisplay | NoDisplay;

/** A device that can't be opened or has stopped working; `message` says what to do in one sentence. */
export class DisplayError extends Error {
  override readonly name = "DisplayError";
}

/** A device that works but is not what it was when it was opened: it has another size or mode. Open it again, at once. */
export class DisplayChanged extends DisplayError {}
