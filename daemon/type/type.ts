import { shortened } from "../core/text.ts";
/** Text from characters to lines of placed glyphs. Pure: no picture yet, only measures and shapes. */
import { unbroken, wrapEvenly } from "./breaks.ts";
import { type Bitmap, type Cluster, visualOrder } from "./cluster.ts";
import type { Fonts, PixelFont, Weight } from "./fonts.ts";
import type { OutlineFace, OutlineGlyph, Path, PixelFace, PixelGlyph } from "./glyphs.ts";

export interface Style {
  /** Pixels an em. On a one-bit panel the nearest drawn size not above it, where there is one. */
  readonly size: number;
  readonly weight: Weight;
  /** For one-bit panels: faces drawn pixel by pixel where the text is small. */
  readonly crisp: boolean;
}

/** A glyph on a line: `x` from the line's left, on the baseline. */
export type Mark =
  | { readonly kind: "outline"; readonly x: number; readonly path: Path; readonly scale: number }
  | { readonly kind: "bitmap"; readonly x: number; readonly bitmap: Bitmap; readonly scale: number }
  | { readonly kind: "pixels"; readonly x: number; readonly glyph: PixelGlyph };

/** All measures in pixels; `descent` is positive downwards. */
export interface Line {
  readonly text: string;
  readonly width: number;
  readonly ascent: number;
  readonly descent: number;
  /** Height of a capital letter above the baseline. */
  readonly capHeight: number;
  readonly marks: readonly Mark[];
}

/** From this size on a one-bit panel shows outlines well; below, only pixels that were placed by hand are crisp. */
const CRISP_BELOW = 22;
/** An installed font has no hand-drawn sizes: smaller than this it is not readable in one bit. */
const LEAST_OUTLINE = 14;

const ELLIPSIS = "…";

/** Whether the shipped faces have every character of the text. */
export function covered(fonts: Fonts, text: string): boolean {
  const has = (char: string) => fonts.outlines.regular.some((face) => face.has(char.codePointAt(0) ?? 0));
  return Array.from(text).every(has);
}

/** @param of the text that the line is a part of: all its lines are drawn with one face */
export function setLine(fonts: Fonts, text: string, style: Style, of = text): Line {
  return setClusters(fonts, clustersOf(fonts, text), style, of);
}

/** The longest beginning and end of a name that fit the width together, with an ellipsis between. */
export function setShortened(fonts: Fonts, name: string, style: Style, width: number): Line {
  const clusters = clustersOf(fonts, name);
  const whole = setClusters(fonts, clusters, style);
  if (whole.width <= width) return whole;
  const level = clusters.reduce(
    (lowest, cluster) => Math.min(lowest, cluster.level),
    clusters[0]?.level ?? 0,
  );
  const ellipsis: Cluster = { text: ELLIPSIS, level, drawn: null };
  const around = (head: number, tail: number) =>
    setClusters(
      fonts,
      [
        ...trimmed(clusters.slice(0, head), "end"),
        ellipsis,
        ...trimmed(clusters.slice(clusters.length - tail), "start"),
      ],
      style,
    );
  const { head, tail } = shortened(clusters.length, (head, tail) => around(head, tail).width <= width);
  return around(head, tail);
}

/** No panel has room for more. */
const MOST_CLUSTERS = 300;

export interface SetName {
  readonly lines: readonly Line[];
  /** Nothing is cut off, and no word is torn. */
  readonly whole: boolean;
}

/**
 * A name on as few lines as the width allows, as even as they can be. Lines end at spaces, after what joins words in
 * the names of files, and between the characters of scripts without spaces; in a word where it is wider than the width.
 * What has no room on the last line is cut off at the end.
 *
 * @param most lines
 */
export function setName(fonts: Fonts, name: string, style: Style, width: number, most: number): SetName {
  const clusters = clustersOf(fonts, name).slice(0, MOST_CLUSTERS);
  const text = clusters.map((cluster) => cluster.text).join("");
  const setOf = (from: number, to: number, more: readonly Cluster[] = []) =>
    setClusters(fonts, [...trimmed(trimmed(clusters.slice(from, to), "end"), "start"), ...more], style, text);
  const { starts, torn } = nameLines(clusters, width, most + 1, (from, to) => setOf(from, to).width);
  if (starts.length > most) {
    const kept = starts.slice(0, most);
    const level = clusters.at(-1)?.level ?? 0;
    const last = kept.at(-1) ?? 0;
    const cut = (to: number) => setOf(last, to, [{ text: ELLIPSIS, level, drawn: null }]);
    let end = starts[most] ?? clusters.length;
    while (end < clusters.length && cut(end + 1).width <= width) end++;
    while (end > last && cut(end).width > width) end--;
    return {
      lines: kept.map((from, at) => (at === most - 1 ? cut(end) : setOf(from, kept[at + 1] ?? end))),
      whole: false,
    };
  }
  let even = starts;
  let [narrow, wide] = [0, width];
  while (starts.length > 1 && !torn && wide - narrow > style.size / 4) {
    const middle = (narrow + wide) / 2;
    const tried = nameLines(clusters, middle, starts.length + 1, (from, to) => setOf(from, to).width);
    if (!tried.torn && tried.starts.length === starts.length) [even, wide] = [tried.starts, middle];
    else narrow = middle;
  }
  return { lines: even.map((from, at) => setOf(from, even[at + 1] ?? clusters.length)), whole: !torn };
}

/** Where lines begin, so many at most, and whether one begins in a word. */
function nameLines(
  clusters: readonly Cluster[],
  width: number,
  most: number,
  widthOf: (from: number, to: number) => number,
): { readonly starts: readonly number[]; readonly torn: boolean } {
  const starts: number[] = [];
  let torn = false;
  for (let from = 0; from < clusters.length && starts.length < most; ) {
    starts.push(from);
    let end = from;
    for (let to = from + 1; to <= clusters.length; to++) {
      if (to < clusters.length && !mayEndLine(clusters[to - 1]?.text ?? "", clusters[to]?.text ?? ""))
        continue;
      if (widthOf(from, to) > width) break;
      end = to;
    }
    if (end === from) {
      torn = true;
      while (end < clusters.length && (end === from || widthOf(from, end + 1) <= width)) end++;
    }
    from = end;
  }
  return { starts, torn };
}

/** Scripts that put no spaces between words. */
const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]/u;
const CLOSING =
  /^[\p{Close_Punctuation}\p{Final_Punctuation}、。，．！？：；ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々\s]/u;
const OPENING = /[\p{Open_Punctuation}\p{Initial_Punctuation}]$/u;

function mayEndLine(before: string, after: string): boolean {
  if (/\s$/.test(before)) return true;
  if (CLOSING.test(after) || OPENING.test(before)) return false;
  return /[_/]$/.test(before) || WITHOUT_SPACES.test(before) || WITHOUT_SPACES.test(after);
}

function trimmed(clusters: Cluster[], side: "start" | "end"): Cluster[] {
  const edge = clusters.at(side === "start" ? 0 : -1);
  if (edge?.text.trim() !== "" || edge === undefined) return clusters;
  return trimmed(side === "start" ? clusters.slice(1) : clusters.slice(0, -1), side);
}

/**
 * Breaks a text into as few lines as the width allows, as even as they can be; null where a word is wider than the
 * width.
 */
export function setParagraph(fonts: Fonts, text: string, style: Style, width: number): Line[] | null {
  const whole = `${unbroken(text)}-`;
  // To even the lines out, most of them are measured again and again.
  const known = new Map<string, Line>();
  const lineOf = (line: string): Line => {
    const set = known.get(line) ?? setLine(fonts, line, style, whole);
    known.set(line, set);
    return set;
  };
  return wrapEvenly(text, width, (line) => lineOf(line).width, style.size / 4)?.map(lineOf) ?? null;
}

function clustersOf(fonts: Fonts, text: string): readonly Cluster[] {
  return fonts.names.get(text) ?? Array.from(text, (char) => ({ text: char, level: 0, drawn: null }));
}

function setClusters(
  fonts: Fonts,
  clusters: readonly Cluster[],
  style: Style,
  of = clusters.map((cluster) => cluster.text).join(""),
): Line {
  const text = clusters.map((cluster) => cluster.text).join("");
  if (style.crisp && style.size < CRISP_BELOW) {
    const face = clusters.every(({ drawn }) => drawn === null) ? pixelFace(fonts, of, style.size) : undefined;
    if (face !== undefined) return setPixels(face, text);
    return setOutlines(fonts, clusters, { ...style, size: Math.max(style.size, LEAST_OUTLINE) });
  }
  return setOutlines(fonts, clusters, style);
}

function pixelFace(fonts: Fonts, text: string, size: number): PixelFace | undefined {
  const covers = ({ face }: PixelFont) =>
    Array.from(text).every((char) => face.has(char.codePointAt(0) ?? 0));
  for (const family of fonts.pixels) {
    const candidates = family.filter(covers);
    const [smallest] = candidates;
    if (smallest !== undefined) return (candidates.findLast((font) => font.size <= size) ?? smallest).face;
  }
  return undefined;
}

function setPixels(face: PixelFace, text: string): Line {
  const marks: Mark[] = [];
  let x = 0;
  let end = 0;
  for (const char of text) {
    const glyph = face.glyph(char.codePointAt(0) ?? 0);
    if (glyph === undefined) continue;
    if (glyph.width > 0) marks.push({ kind: "pixels", x, glyph });
    // The last advance holds the gap to a next letter, which does not come.
    end = x + Math.max(glyph.left + glyph.width, 0);
    x += glyph.advance;
  }
  return {
    text,
    width: end,
    ascent: face.ascent,
    descent: face.descent,
    capHeight: face.capHeight,
    marks,
  };
}

function setOutlines(fonts: Fonts, clusters: readonly Cluster[], { size, weight: wanted }: Style): Line {
  // Installed fonts are taken in their regular weight: the shipped letters of the same name go along.
  const weight = clusters.some(({ drawn }) => drawn?.kind === "outline") ? "regular" : wanted;
  const faces = fonts.outlines[weight];
  const [main] = faces;
  const marks: Mark[] = [];
  let x = 0;
  let last: { readonly face: OutlineFace; readonly glyph: OutlineGlyph } | undefined;
  for (const { text, drawn } of visualOrder(clusters)) {
    if (drawn !== null) {
      const scale = size / drawn.unitsPerEm;
      if (drawn.kind === "outline") marks.push({ kind: "outline", x, path: drawn.path, scale });
      else marks.push({ kind: "bitmap", x, bitmap: drawn.bitmap, scale });
      x += drawn.advance * scale;
      last = undefined;
      continue;
    }
    for (const char of text) {
      const codePoint = char.codePointAt(0) ?? 0;
      for (const face of faces) {
        const glyph = face.glyph(codePoint);
        if (glyph === undefined) continue;
        const scale = size / face.unitsPerEm;
        if (last?.face === face) x += face.kerning(last.glyph, glyph) * scale;
        if (glyph.path.length > 0) marks.push({ kind: "outline", x, path: glyph.path, scale });
        x += glyph.advance * scale;
        last = { face, glyph };
        break;
      }
    }
  }
  const scale = size / (main?.unitsPerEm ?? 1);
  return {
    text: clusters.map((cluster) => cluster.text).join(""),
    width: Math.ceil(x),
    ascent: Math.round((main?.ascent ?? 0) * scale),
    descent: Math.round((main?.descent ?? 0) * scale),
    capHeight: Math.round((main?.capHeight ?? 0) * scale),
    marks,
  };
}
