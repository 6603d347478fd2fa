/** The pairing link as a QR code (ISO/IEC 18004), from the link to the size of its modules on a given surface. */
import { create } from "qrcode/lib/core/qrcode.js";
import { fromString, rawSplit } from "qrcode/lib/core/segments.js";
import { getBestVersionForData } from "qrcode/lib/core/version.js";

/** The modules of a symbol, without a quiet zone. */
export interface QrMatrix {
  /** Modules a side. */
  readonly size: number;
  dark(x: number, y: number): boolean;
}

/** How a symbol is drawn: whole pixels only, so that every module is the same size. */
export interface QrFit {
  /** Pixels a module. */
  readonly module: number;
  /** Pixels of white on every side; four modules where there is room, never less than two. */
  readonly quiet: number;
}

/** ISO/IEC 18004 §9.1 asks for four modules of white around a symbol; readers cope with two. */
export const QUIET = 4;
const LEAST_QUIET = 2;
/** Below this many pixels a module a reader needs size more than white. */
const COMFORTABLE_MODULE = 3;
/** One pixel a module does not survive a camera. */
const LEAST_MODULE = 2;

/** Error correction, strongest first (ISO/IEC 18004 §7.5.1). */
const LEVELS = ["H", "Q", "M", "L"] as const;
const HIGHEST_VERSION = 40;

/**
 * The link with scheme and host in capitals: they are case-insensitive (RFC 3986 §3.1, §3.2.2), and capitals fit the
 * symbol's dense alphanumeric mode. The path is not, and stays.
 */
export function qrPayload(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#@]*)(?![^/?#]*@)(.*)$/is.exec(url);
  if (match === null) return url;
  const [, scheme = "", host = "", rest = ""] = match;
  return scheme.toUpperCase() + host.toUpperCase() + rest;
}

/** The smallest symbol that holds the payload, at the strongest error correction that does not make it larger. */
export function qrMatrix(payload: string): QrMatrix {
  const smallest = versionAt(payload, "L");
  if (smallest === undefined) throw new RangeError("the link is longer than any QR code can hold");
  const level = LEVELS.find((stronger) => versionAt(payload, stronger) === smallest);
  const { size, data } = create(payload, { errorCorrectionLevel: level ?? "L" }).modules;
  return { size, dark: (x, y) => data[y * size + x] === 1 };
}

/** The version, 1 to 40, that `create` comes to, without making a symbol; undefined where the payload is too long. */
function versionAt(payload: string, level: (typeof LEVELS)[number]): number | undefined {
  // How long the segments are depends on the version, and the best of them on how long they are.
  const estimate = getBestVersionForData(rawSplit(payload), level) ?? HIGHEST_VERSION;
  return getBestVersionForData(fromString(payload, estimate), level);
}

/**
 * The largest module that fits a square, or null where no code would scan. Size goes before white where both are
 * short.
 *
 * @param size modules a side
 * @param side pixels of the square, quiet zone included
 */
export function fitQr(size: number, side: number): QrFit | null {
  let module = Math.floor(side / (size + 2 * QUIET));
  if (module < COMFORTABLE_MODULE) module = Math.floor(side / (size + 2 * LEAST_QUIET));
  if (module < LEAST_MODULE) return null;
  return { module, quiet: Math.min(QUIET * module, Math.floor((side - size * module) / 2)) };
}
