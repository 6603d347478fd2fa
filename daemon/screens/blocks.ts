import type { Rgb } from "../../hw/picture/picture.ts";
import type { Sign } from "../contract/states.ts";
import type { QrFit, QrMatrix } from "../qr/qr.ts";
import { wholeAddresses } from "../type/breaks.ts";
import type { Fonts, Weight } from "../type/fonts.ts";
import { type Line, type Style, setLine, setName, setParagraph, setShortened } from "../type/type.ts";
import type { Box } from "./canvas.ts";
import type { Align, Block, Item, SetBlock } from "./column.ts";

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
  /** The part that people look for, in a colour of its own. */
  readonly strong?: { readonly text: string; readonly color: Rgb };
}

/** What is too wide for its place becomes this much smaller before anything else gives way. */
const LEAST_SHARE = 0.55;

/** A column tries the same block at the same size again and again, in other company: it is set once. */
function setOnce(
  gap: number,
  sizeAt: (scale: number) => number,
  set: (width: number, size: number) => SetBlock | null,
): Block {
  const tried = new Map<string, SetBlock | null>();
  return {
    gap,
    set(width, scale) {
      const size = sizeAt(scale);
      const key = `${width} ${size}`;
      const known = tried.get(key);
      if (known !== undefined) return known;
      const fresh = set(width, size);
      tried.set(key, fresh);
      return fresh;
    },
  };
}

/** A paragraph: a little smaller where a word is too long for its place, and then with its addresses broken. */
export function textBlock(press: Press, text: string, options: TextOptions): Block {
  const sizeAt = (scale: number) => styleOf(press, options, scale).size;
  return setOnce(options.gap, sizeAt, (width, size) => {
    for (const words of new Set([wholeAddresses(text), text]))
      for (const smaller of smallerAndSmaller(press, { size, weight: options.weight, crisp: press.crisp })) {
        const lines = setParagraph(press.fonts, words, smaller, width);
        if (lines !== null && lines.length <= options.lines)
          return setLines(lines, smaller, (line) => coloured(press.fonts, line, smaller, options));
      }
    return null;
  });
}

/** A name on as many lines as it needs: a little smaller where a word is too long, then cut off at the end. */
export function titleBlock(
  press: Press,
  name: string,
  { size, weight, color, gap, lines: most }: Omit<TextOptions, "strong">,
): Block {
  const sizeAt = (scale: number) => styleOf(press, { size, weight }, scale).size;
  return setOnce(gap, sizeAt, (width, size) => {
    for (const smaller of smallerAndSmaller(press, { size, weight, crisp: press.crisp })) {
      const { lines, whole } = setName(press.fonts, name, smaller, width, most);
      const last = smaller.size <= Math.max(press.least, Math.floor(size * LEAST_SHARE));
      if (whole || (last && lines.every((line) => line.width <= width)))
        return setLines(lines, smaller, (line) => [{ line, color }]);
    }
    return null;
  });
}

/** A name on one line: a little smaller where it is long, then shortened in the middle. */
export function nameBlock(
  press: Press,
  name: string,
  { size, weight, color, gap }: Omit<TextOptions, "lines" | "strong">,
): Block {
  return {
    gap,
    set(width, scale) {
      let style = styleOf(press, { size, weight }, scale);
      for (style of smallerAndSmaller(press, style))
        if (setLine(press.fonts, name, style).width <= width) break;
      const line = setShortened(press.fonts, name, style, width);
      return line.width > width ? null : setLines([line], style, () => [{ line, color }]);
    },
  };
}

/** A name whose end is what tells it from others like it: that stands out, and the beginning is shortened before it. */
export function tailBlock(
  press: Press,
  name: string,
  { size, color, gap, strong }: { size: number; color: Rgb; gap: number; strong: Rgb },
): Block {
  const at = tailAt(name);
  return {
    gap,
    set(width, scale) {
      const small = styleOf(press, { size, weight: "regular" }, scale);
      const large = styleOf(press, { size: size * TAIL_SHARE, weight: "bold" }, scale);
      const tail = setLine(press.fonts, name.slice(at), large);
      const pause = Math.round(small.size * 0.25);
      const room = width - tail.width - pause;
      const head = at === 0 ? null : setShortened(press.fonts, name.slice(0, at).trimEnd(), small, room);
      if (tail.width > width || (head !== null && head.width > room)) return null;
      const lines = setLines([tail], large, (line) => [{ line, color: strong }]);
      const before = head === null ? 0 : head.width + pause;
      return {
        height: lines.height,
        place(box, align) {
          const x = placed(box, before + tail.width, align);
          const right = lines.place({ ...box, x: x + before, width: tail.width }, "start");
          const [{ baseline } = { baseline: 0 }] = right.filter((item) => item.kind === "text");
          if (head === null) return right;
          const left = { ...box, x, width: head.width, height: lines.height };
          return [{ kind: "text", line: head, box: left, baseline, color }, ...right];
        },
      };
    },
  };
}

/** How much larger the end of a name is than its beginning. */
const TAIL_SHARE = 1.5;
/** Characters by which two units on one table are told apart. */
const TAIL = 4;

/** Where the last part of a name begins: after what joins its parts, or so many characters before its end. */
function tailAt(name: string): number {
  const joint = Math.max(...[" ", "-", "_"].map((each) => name.lastIndexOf(each))) + 1;
  const long = name.length - joint > TAIL + 2;
  return name.length <= TAIL + 2 ? 0 : long || joint === name.length ? name.length - TAIL : joint;
}

function* smallerAndSmaller({ least }: Press, wanted: Style): Generator<Style> {
  const last = Math.max(least, Math.floor(wanted.size * LEAST_SHARE));
  for (let size = wanted.size; size > last; size -= Math.ceil(size / 16)) yield { ...wanted, size };
  yield { ...wanted, size: last };
}

interface Coloured {
  readonly line: Line;
  readonly color: Rgb;
}

/** A line in one colour, or in parts where it holds what stands out. */
function coloured(fonts: Fonts, line: Line, style: Style, { color, strong }: TextOptions): Coloured[] {
  const at = strong === undefined ? -1 : line.text.indexOf(strong.text);
  if (strong === undefined || at < 0) return [{ line, color }];
  const marksOf = (text: string) => setLine(fonts, text, style, line.text).marks.length;
  const from = marksOf(line.text.slice(0, at));
  const to = from + marksOf(strong.text);
  const part = (text: string, marks: Line["marks"], color: Rgb): Coloured[] =>
    marks.length === 0 ? [] : [{ line: { ...line, text, marks }, color }];
  return [
    ...part(line.text.slice(0, at), line.marks.slice(0, from), color),
    ...part(strong.text, line.marks.slice(from, to), strong.color),
    ...part(line.text.slice(at + strong.text.length), line.marks.slice(to), color),
  ];
}

function styleOf(press: Press, { size, weight }: { size: number; weight: Weight }, scale: number): Style {
  return { size: Math.max(press.least, Math.round(size * scale)), weight, crisp: press.crisp };
}

function setLines(lines: readonly Line[], style: Style, parts: (line: Line) => Coloured[]): SetBlock {
  const pixels = lines.some((line) => line.marks.some((mark) => mark.kind === "pixels"));
  const [first] = lines;
  const height = first === undefined ? 0 : first.ascent + first.descent;
  const pitch = pixels
    ? height
    : Math.round(Math.max(style.size, height * 0.82) * (style.weight === "bold" ? 1.18 : 1.32));
  return {
    height: pitch * lines.length,
    place: (box, align) =>
      lines.flatMap((whole, index) => {
        const above = pixels ? whole.ascent : Math.round((pitch + whole.capHeight) / 2);
        const y = box.y + index * pitch;
        const place = { x: placed(box, whole.width, align), y, width: whole.width, height: pitch };
        return parts(whole).map(
          ({ line, color }): Item => ({ kind: "text", line, box: place, baseline: y + above, color }),
        );
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
  const rows = stacked ? groups.map((group) => [group]) : [groups];
  const sizeAt = (scale: number) => Math.round(size * scale);
  return setOnce(gap, sizeAt, (width, most) => {
    for (let em = most; em >= press.least; em--) {
      const style: Style = { size: em, weight: "bold", crisp: press.crisp };
      const cell = digitCell(press.fonts, style);
      if (rows.every((row) => digitsWidth(row, cell, em) <= width))
        return setDigits(
          rows.map((row) => digitLine(press.fonts, row, style, cell)),
          style,
          color,
        );
    }
    return null;
  });
}

const GROUP_GAP = 0.3;

/** Pixels between two groups. */
function pauseAt(em: number): number {
  return Math.max(3, Math.round(em * GROUP_GAP));
}

function digitsWidth(groups: readonly string[], cell: number, em: number): number {
  return groups.join("").length * cell + (groups.length - 1) * pauseAt(em);
}

/** @param cell pixels that each digit takes */
function digitLine(fonts: Fonts, groups: readonly string[], style: Style, cell: number): Line {
  const glyphs = groups.map((group) => Array.from(group, (char) => setLine(fonts, char, style)));
  const pause = pauseAt(style.size);
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
        const x = placed(box, line.width, align);
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

/** @param least pixels a side below which it would be a blot */
export function symbolBlock(symbol: Sign, size: number, least: number, color: Rgb): Block {
  return {
    gap: 0,
    set(_width, scale) {
      const side = Math.round(size * scale);
      if (side < least) return null;
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

/**
 * The room of the bar that tells the time left, and of the number beside it.
 *
 * @param under what it underlines; null for all the width there is
 * @param number null where there is no room for one
 */
export function barBlock(
  thickness: number,
  color: Rgb,
  track: Rgb,
  gap: number,
  under: Block | null,
  number: { readonly press: Press; readonly size: number; readonly color: Rgb } | null = null,
): Block {
  return {
    gap,
    set(width, scale) {
      const above = under?.set(width, scale) ?? null;
      const length = above === null ? width : widthOf(above);
      const time = number === null ? null : timeOf(number, scale);
      const bar = length - (time === null ? 0 : time.width + time.pause);
      const height = Math.max(thickness, time?.height ?? 0);
      return {
        height,
        place(box, align) {
          const x = placed(box, length, align);
          const y = box.y + Math.floor((height - thickness) / 2);
          const items: Item[] = [{ kind: "bar", box: { x, y, width: bar, height: thickness }, color, track }];
          if (time !== null)
            items.push({
              kind: "time",
              box: { x: x + length - time.width, y: box.y, width: time.width, height },
              baseline: box.y + Math.round((height + time.capHeight) / 2),
              fonts: time.fonts,
              style: time.style,
              color: time.color,
            });
          return items;
        },
      };
    },
  };
}

/** The longest that is usual; a longer one is not written. */
const WIDEST_TIME = "10:00";

function timeOf({ press, size, color }: { press: Press; size: number; color: Rgb }, scale: number) {
  const style = styleOf(press, { size, weight: "regular" }, scale);
  const { width, ascent, descent, capHeight } = setLine(press.fonts, WIDEST_TIME, style);
  const pause = Math.round(style.size * 0.6);
  return { style, fonts: press.fonts, color, width, height: ascent + descent, capHeight, pause };
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
