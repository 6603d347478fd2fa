/** Blocks under each other: shrunk together, and left out one idea after the other, until they fit their box. */
import type { Rgb } from "../../hw/picture/picture.ts";
import type { Sign } from "../contract/states.ts";
import type { QrFit, QrMatrix } from "../qr/qr.ts";
import type { Fonts } from "../type/fonts.ts";
import type { Line, Style } from "../type/type.ts";
import type { Box } from "./canvas.ts";

/** Something with a place on the picture. */
export type Item =
  | {
      readonly kind: "text";
      readonly line: Line;
      /** What the line takes up, from its highest accent to its lowest descender. */
      readonly box: Box;
      readonly baseline: number;
      readonly color: Rgb;
    }
  | {
      readonly kind: "bar";
      readonly box: Box;
      readonly color: Rgb;
      readonly track: Rgb;
    }
  | {
      /** The time left, which is written anew each second. */
      readonly kind: "time";
      readonly box: Box;
      readonly baseline: number;
      readonly fonts: Fonts;
      readonly style: Style;
      readonly color: Rgb;
    }
  | { readonly kind: "symbol"; readonly box: Box; readonly symbol: Sign; readonly color: Rgb }
  | { readonly kind: "qr"; readonly box: Box; readonly matrix: QrMatrix; readonly fit: QrFit };

export type Align = "start" | "middle";

export interface Block {
  /** Pixels between this block and the one above, before scaling. */
  readonly gap: number;
  /**
   * @param width at most, in pixels
   * @param scale 1 for the size that the design wants, less where room is short
   * @returns null where it can't be done at this scale
   */
  set(width: number, scale: number): SetBlock | null;
}

export interface SetBlock {
  readonly height: number;
  place(box: Box, align: Align): Item[];
}

/** First a little smaller, then with less in it, and only then much smaller. */
const ROUNDS: readonly (readonly number[])[] = [
  [1, 0.94, 0.88, 0.82, 0.76],
  [0.7, 0.64, 0.58, 0.52],
  [0.46, 0.4, 0.34, 0.28, 0.22, 0.16, 0.1],
];

/**
 * @param choices the same column with ever less in it, best first
 * @param anchor where the column stands in a box that is taller
 * @returns null where not even the last choice fits
 */
export function column(
  choices: readonly (readonly Block[])[],
  box: Box,
  align: Align,
  anchor: "start" | "middle" = "middle",
): Item[] | null {
  for (const scales of ROUNDS)
    for (const blocks of choices)
      for (const scale of scales) {
        const items = stack(blocks, box, align, anchor, scale);
        if (items !== null) return items;
      }
  return null;
}

function stack(
  blocks: readonly Block[],
  box: Box,
  align: Align,
  anchor: "start" | "middle",
  scale: number,
): Item[] | null {
  const rows: { set: SetBlock; top: number }[] = [];
  let height = 0;
  for (const block of blocks) {
    const set = block.set(box.width, scale);
    if (set === null) return null;
    if (rows.length > 0) height += Math.round(block.gap * scale);
    rows.push({ set, top: height });
    height += set.height;
    if (height > box.height) return null;
  }
  const start = box.y + (anchor === "middle" ? Math.floor((box.height - height) / 2) : 0);
  return rows.flatMap(({ set, top }) => set.place({ ...box, y: start + top, height: set.height }, align));
}
