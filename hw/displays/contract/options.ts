import type { Clock } from "../../../daemon/core/clock.ts";
import type { PixelFormat, Rotation } from "../../picture/picture.ts";
import type { Display, DriverName } from "./display.ts";

/** What a person can choose about a display: the `[display]` table of c2cd.toml(5), as far as devices go. */
export interface DisplayOptions {
  readonly driver: DriverName | "auto";
  readonly device: string;
  readonly width: number;
  readonly height: number;
  readonly rotate: Rotation;
  readonly pixel_format: PixelFormat | "auto";
  readonly invert: boolean;
  readonly brightness: number;
  readonly bus_address: number;
  readonly bus_speed: number;
  readonly gpio_chip: string;
  readonly gpio_dc: number;
  readonly gpio_reset: number;
}

/** Standard output, as far as the terminal driver needs it. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string, done: (error?: Error | null) => void): boolean;
}

/** What drivers get of the machine. */
export interface Host {
  /** Prefix of the system paths. */
  readonly root: string;
  readonly clock: Clock;
  readonly stdout: TextStream;
  /** Whether terminals take UTF-8. */
  readonly utf8: boolean;
  /** The kind of terminal that standard output is, as TERM tells; unknown where it doesn't. */
  readonly term?: string | undefined;
  /** While something is under way that a picture must not keep waiting, the end of that; else null. */
  urgent(): Promise<void> | null;
}

/** Opens one driver's device. */
export type OpenDriver = (options: DisplayOptions, host: Host) => Promise<Opened>;

export interface Opened {
  readonly display: Display;
  /** What will be imperfect although pictures are shown, one sentence each with what to do. */
  readonly warnings: readonly string[];
}
