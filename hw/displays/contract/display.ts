import type { Picture, PixelFormat } from "../../picture/picture.ts";
/**
 * The contract between what is drawn and what it is drawn on. A driver knows a device and no state; a screen
 * knows sizes and no device.
 */

/** Names accepted by `display.driver`, less `auto`. */
export type DriverName =
  | "framebuffer"
  | "drm"
  | "ssd1306"
  | "sh1106"
  | "st7789"
  | "ili9341"
  | "png"
  | "terminal"
  | "led"
  | "none";

/** A screenful of characters, for displays that show text: one string a row, at most `columns` cells wide. */
export interface CellPicture {
  readonly columns: number;
  readonly rows: number;
  readonly lines: readonly string[];
}

/** What a lamp tells, where there is nothing else: how the device is, at one glance. */
export type Signal = "red" | "amber" | "blue" | "green";

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
  /** Whether it has half blocks; what else it lacks, its driver writes with what is alike. */
  readonly utf8: boolean;
  readonly columns: number;
  readonly rows: number;
}

export interface LightCapabilities extends CommonCapabilities {
  readonly surface: "light";
}

export interface NoCapabilities extends CommonCapabilities {
  readonly surface: "nothing";
}

export type Capabilities = PixelCapabilities | CellCapabilities | LightCapabilities | NoCapabilities;

interface CommonDisplay {
  /** Why nobody sees what is shown, one sentence with what to do; absent where nothing is known against it. */
  readonly unseen?: string;
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

/** A lamp. It is nobody's screen: it goes on telling how a paired device is. */
export interface LightDisplay extends CommonDisplay {
  readonly capabilities: LightCapabilities;
  /** @throws {DisplayError} where the device is gone or refuses; the caller may open it again later. */
  show(signal: Signal): Promise<void>;
}

export interface NoDisplay extends CommonDisplay {
  readonly capabilities: NoCapabilities;
}

export type Display = PixelDisplay | CellDisplay | LightDisplay | NoDisplay;
