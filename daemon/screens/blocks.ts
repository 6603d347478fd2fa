import type { Rgb } from "../../hw/displays/display.ts";
import type { Box } from "./canvas.ts";
import type { Align, Block, Item, SetBlock } from "./column.ts";
import type { Fonts, Weight } from "./fonts.ts";
import type { QrFit, QrMatrix } from "./qr.ts";
import type { Sign } from "./screen.ts";
import { type Line, type Style, setLine, setParagraph, setShortened } from "./type.ts";

/** What all text on one panel has in common. */
export interface Press {
  readonly fonts: Fonts;
  readonly crisp: boolean;
  /** Pixels an em below which nothing is set. */
  readonly least: number;
}

export interface TextOptions {
  readonly size: number;
  readonly weight: Weight;
  readonly color: Rgb;
  readonly gap: number;
  /** Lines at most. */
  readonly lines: number;
}

export function textBlock(press: Press, text: string, options: TextOptions): Block {
  return {
    gap: options.gap,
    set(width, scale) {
      const style = styleOf(press, options, scale);
      const lines = setParagraph(press.fonts, text, style, width);
      return lines === null || lines.length > options.lines ? null : setLines(lines, style, options.color);
    },
  };
}

/** A name becomes this much smaller before it loses its middle. */
const LEAST_NAME = 0.55;

/** A name on one line: a little smaller where it is long, then shortened in the middle. */
export function nameBlock(press: Press, name: string, options: Omit<TextOptions, "lines">): Block {
  return {
    gap: options.gap,
    set(width, scale) {
      const wanted = styleOf(press, options, scale);
      const least = Math.max(press.least, Math.floor(wanted.size * LEAST_NAME));
      let style = wanted;
      while (style.size > least && setLine(press.fonts, name, style).width > width)
        style = { ...style, size: Math.max(least, style.size - Math.ceil(style.size / 16)) };
      const line = setShortened(press.fonts, name, style, width);
      return line.width > width ? null : setLines([line], style, options.color);
    },
  };
}

function styleOf(press: Press, { size, weight }: { size: number; weight: Weight }, scale: number): Style {
  return { size: Math.max(press.least, Math.round(size * scale)), weight, crisp: press.crisp };
}

function setLines(lines: readonly Line[], style: Style, color: Rgb): SetBlock {
  const pixels = lines.some((line) => line.marks.some((mark) => mark.kind === "pixels"));
  const [first] = lines;
  const height = first === undefined ? 0 : first.ascent + first.descent;
  const pitch = pixels
    ? height
    : Math.round(Math.max(style.size, height * 0.82) * (style.weight === "bold" ? 1.18 : 1.32));
  return {
    height: pitch * lines.length,
    place: (box, align) =>
      lines.map((line, index): Item => {
        const above = pixels ? line.ascent : Math.round((pitch + line.capHeight) / 2);
        const x = box.x + (align === "middle" ? Math.floor((box.width - line.width) / 2) : 0);
        const y = box.y + index * pitch;
        return {
          kind: "text",
          line,
          box: { x, y, width: line.width, height: pitch },
          baseline: y + above,
          color,
        };
      }),
  };
}

/**
 * The digits, each in a cell of the same width so that they stand in line from code to code, as large as the width
 * allows.
 *
 * @param groups what stands together: ["123", "456"]
 * @param stacked one group under the other
 * @param size pixels an em at most
 */
export function digitsBlock(
  press: Press,
  groups: readonly string[],
  { size, color, gap, stacked }: { size: number; color: Rgb; gap: number; stacked: boolean },
): Block {
  return {
    gap,
    set(width, scale) {
      const rows = stacked ? groups.map((group) => [group]) : [groups];
      const most = Math.round(size * scale);
      for (let em = most; em >= press.least; em--) {
        const style: Style = { size: em, weight: "bold", crisp: press.crisp };
        const lines = rows.map((row) => digitLine(press.fonts, row, style));
        if (lines.every((line) => line.width <= width)) return setDigits(lines, style, color);
      }
      return null;
    },
  };
}

const GROUP_GAP = 0.3;

function digitLine(fonts: Fonts, groups: readonly string[], style: Style): Line {
  const glyphs = groups.map((group) => Array.from(group, (char) => setLine(fonts, char, style)));
  const cell = digitCell(fonts, style);
  const pause = Math.max(3, Math.round(style.size * GROUP_GAP));
  let x = 0;
  const marks = glyphs.flatMap((group, index) => {
    if (index > 0) x += pause;
    return group.flatMap((glyph) => {
      const left = x + (cell - glyph.width) / 2;
      x += cell;
      return glyph.marks.map((mark) => ({ ...mark, x: mark.x + left }));
    });
  });
  const [first] = glyphs.flat();
  return {
    text: groups.join(" "),
    width: x,
    ascent: first?.ascent ?? 0,
    descent: first?.descent ?? 0,
    capHeight: first?.capHeight ?? 0,
    marks,
  };
}

function digitCell(fonts: Fonts, style: Style): number {
  const widest = Math.max(...Array.from("0123456789", (digit) => setLine(fonts, digit, style).width));
  // Digits drawn pixel by pixel bring no space of their own.
  return widest + (style.crisp && style.size < 22 ? 1 : 0);
}

/** Digits have no descenders: they take their own height and no more. */
function setDigits(lines: readonly Line[], style: Style, color: Rgb): SetBlock {
  const high = Math.max(...lines.map((line) => line.capHeight)) + 1;
  const between = Math.max(2, Math.round(style.size * 0.2));
  return {
    height: lines.length * high + (lines.length - 1) * between,
    place: (box, align) =>
      lines.map((line, index): Item => {
        const x = box.x + (align === "middle" ? Math.floor((box.width - line.width) / 2) : 0);
        const y = box.y + index * (high + between);
        return {
          kind: "text",
          line,
          box: { x, y, width: line.width, height: high },
          baseline: y + high,
          color,
        };
      }),
  };
}

/** Two blocks side by side: the right one takes what it needs, the left one the rest. */
export function rowBlock(left: Block, right: Block, between: number, gap: number): Block {
  return {
    gap,
    set(width, scale) {
      const second = right.set(width, scale);
      if (second === null) return null;
      const taken = widthOf(second);
      const first = left.set(width - taken - between, 1);
      if (first === null) return null;
      const height = Math.max(first.height, second.height);
      const middle = (box: Box, set: SetBlock): Box => ({
        ...box,
        y: box.y + Math.floor((height - set.height) / 2),
        height: set.height,
      });
      return {
        height,
        place: (box) => [
          ...first.place(middle(box, first), "start"),
          ...second.place(middle({ ...box, x: box.x + box.width - taken }, second), "start"),
        ],
      };
    },
  };
}

function widthOf(set: SetBlock): number {
  const items = set.place({ x: 0, y: 0, width: 0, height: set.height }, "start");
  return Math.max(0, ...items.map(({ box }) => box.x + box.width));
}

export function symbolBlock(symbol: Sign, size: number, color: Rgb, gap: number): Block {
  return {
    gap,
    set(_width, scale) {
      const side = Math.round(size * scale);
      return {
        height: side,
        place: (box, align) => [
          {
            kind: "symbol",
            symbol,
            color,
            box: { x: placed(box, side, align), y: box.y, width: side, height: side },
          },
        ],
      };
    },
  };
}

/** The room of the bar that tells the time left. */
export function barBlock(thickness: number, color: Rgb, track: Rgb, gap: number): Block {
  return {
    gap,
    set: () => ({
      height: thickness,
      place: (box) => [{ kind: "bar", box: { ...box, height: thickness }, color, track }],
    }),
  };
}

/** A QR code on its white card. It never scales: its size was decided in whole pixels. */
export function qrBlock(matrix: QrMatrix, fit: QrFit, side: number, gap: number): Block {
  return {
    gap,
    set: (width) =>
      side > width
        ? null
        : {
            height: side,
            place: (box, align) => [
              {
                kind: "qr",
                matrix,
                fit,
                box: { x: placed(box, side, align), y: box.y, width: side, height: side },
              },
            ],
          },
  };
}

function placed(box: Box, width: number, align: Align): number {
  return box.x + (align === "middle" ? Math.floor((box.width - width) / 2) : 0);
}
