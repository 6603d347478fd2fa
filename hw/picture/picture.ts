/** Pictures, and how their pixels lie in memory. */

/**
 * How one pixel lies in the device's memory, in the words of the kernel's DRM fourcc names
 * (include/uapi/drm/drm_fourcc.h; little-endian, so XRGB8888 is B,G,R,X in memory) and of fbdev's two mono visuals:
 * MONO01 has 1 = black (FB_VISUAL_MONO01), MONO10 has 1 = white (FB_VISUAL_MONO10). C8 is the number of a colour in a
 * palette, which is set besides.
 */
export type PixelFormat =
  | "XRGB8888"
  | "XBGR8888"
  | "RGB565"
  | "BGR565"
  | "RGB888"
  | "BGR888"
  | "GRAY8"
  | "C8"
  | "MONO01"
  | "MONO10";

export type Rotation = 0 | 90 | 180 | 270;

/** A colour as 0xRRGGBB. */
export type Rgb = number;

/**
 * Pixels as palette indices: one byte a pixel, so that a 4K picture costs 8 MB and not 33. Row-major, no padding. A
 * picture does not change while it is the last one that was shown: displays keep that to tell what is new in the next.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `width * height` indices into `palette`. */
  readonly pixels: Uint8Array;
  /** At most 256 colours. */
  readonly palette: readonly Rgb[];
}
