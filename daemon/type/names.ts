/**
 * Project and device names in any script. What the shipped faces can't draw is shaped with a font that is installed on
 * the device; only the glyphs of that name are kept, so a font of 20 MB costs memory for a moment and not for good.
 */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Font, FontCollection, GlyphRun } from "fontkit";
import type { Cluster, Outlined } from "./cluster.ts";
import type { Fonts } from "./fonts.ts";
import { CURVE, LINE, MOVE } from "./glyphs.ts";
import { openPictures, openShaper, type Pictures, readTables } from "./picture-font.ts";
import { covered } from "./type.ts";

/** Where distributions install fonts (Filesystem Hierarchy Standard 3.0, §4.9 and §4.11). */
const FOLDERS = ["usr/share/fonts", "usr/local/share/fonts"];
/** Fonts looked into for one script, and bytes of the largest that is. */
const MOST_FONTS = 40;
const MOST_BYTES = 64 * 1024 * 1024;
/** Names remembered; a device has two. */
const MOST_NAMES = 4;

const HAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303F\uFF00-\uFFEF]/u;

interface Script {
  readonly is: RegExp;
  /** What fonts for it are called. */
  readonly fonts: RegExp;
  /** A name can do without it: pictures and signs, unlike letters. */
  readonly decoration?: true;
  /** Drawn in colour by the fonts called after it, where the panel has colours. */
  readonly pictures?: RegExp;
}

/** A font that is installed. */
interface Installed {
  readonly font: Font;
  /** Null where its glyphs are outlines. */
  readonly pictures: Pictures | null;
}

/** Each has fonts of its own, called after it. */
const SCRIPTS_WITH_FONTS = [
  "Arabic",
  "Armenian",
  "Bengali",
  "Devanagari",
  "Ethiopic",
  "Georgian",
  "Gujarati",
  "Gurmukhi",
  "Hebrew",
  "Kannada",
  "Khmer",
  "Lao",
  "Malayalam",
  "Mongolian",
  "Myanmar",
  "Oriya",
  "Sinhala",
  "Tamil",
  "Telugu",
  "Thai",
  "Tibetan",
].map((name): Script => {
  const families = { Arabic: "|naskh|kufi|amiri", Hebrew: "|culmus|david|frank" }[name] ?? "";
  return {
    is: new RegExp(`\\p{Script=${name}}`, "u"),
    fonts: new RegExp(`${name}${families}|dejavusans\\b|freesans`, "i"),
  };
});

/** Scripts that share a font, how to tell them, and what fonts for them are called. */
const SCRIPTS: readonly Script[] = [
  { is: /\p{Script=Hangul}/u, fonts: /kr|korea|cjk|nanum|baekmuk|unfonts|gothic-a1/i },
  {
    is: HAN,
    fonts: /cjk|jp|sc|tc|hk|han|gothic|ipa|vlgothic|takao|wqy|zenhei|microhei|uming|ukai|fallback/i,
  },
  ...SCRIPTS_WITH_FONTS,
  {
    is: /\p{Extended_Pictographic}|\p{Regional_Indicator}|\uFE0F|\u20E3/u,
    fonts: /emoji|symbola|symbols/i,
    decoration: true,
    pictures: /colou?r/i,
  },
  { is: /[\p{L}\p{N}]/u, fonts: /noto|dejavu|free/i },
  { is: /./u, fonts: /symbol|dejavu|free|noto/i, decoration: true },
];

/** Emoji made of several characters are held together by these; a font without them just draws the parts. */
const JOINERS = /\u200C|\u200D|\uFE0E|\uFE0F|[\u{E0020}-\u{E007F}]/u;
/** Beside the picture that it should colour, where the font has no such picture, a patch that says nothing. */
const SKIN_TONE = /^\p{Emoji_Modifier}$/u;

export class NameShaper {
  readonly #root: string;
  readonly #shaped = new Map<string, readonly Cluster[] | null>();
  #last: { readonly base: Fonts; readonly key: string; readonly fonts: Fonts } | null = null;

  /** @param root prefix of the system paths */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * The fonts with everything added that these names need and the device has.
   *
   * @param panel one-bit panels get no pictures in colour: black and white alone, one can't be told from another
   */
  async prepare(
    base: Fonts,
    names: readonly string[],
    { monochrome }: { readonly monochrome: boolean },
  ): Promise<Fonts> {
    const wanted = names.filter((name) => !covered(base, name));
    if (wanted.length === 0) return base;
    const key = JSON.stringify([monochrome, wanted]);
    if (this.#last?.base === base && this.#last.key === key) return this.#last.fonts;
    const prepared = new Map<string, readonly Cluster[]>();
    for (const name of wanted) {
      const clusters = await this.#remembered(base, name, monochrome);
      if (clusters !== null) prepared.set(name, clusters);
    }
    const fonts = { ...base, names: prepared };
    this.#last = { base, key, fonts };
    return fonts;
  }

  async #remembered(base: Fonts, name: string, monochrome: boolean): Promise<readonly Cluster[] | null> {
    const key = JSON.stringify([monochrome, name]);
    const known = this.#shaped.get(key);
    if (known !== undefined) return known;
    if (this.#shaped.size >= MOST_NAMES) this.#shaped.clear();
    const clusters = await shape(this.#root, base, name, monochrome);
    this.#shaped.set(key, clusters);
    return clusters;
  }
}

/** Null where the name has letters or digits that no font on this device can draw. */
async function shape(
  root: string,
  base: Fonts,
  name: string,
  monochrome: boolean,
): Promise<readonly Cluster[] | null> {
  const fonts = new Map<Script, Installed>();
  const files = await fontFiles(root);
  const parts = graphemes(name);
  for (const script of SCRIPTS) {
    const wanted = parts.filter((part) => scriptOf(base, part) === script);
    if (wanted.length === 0) continue;
    const font = await findFont(files, script, wanted, monochrome);
    if (font !== null) fonts.set(script, font);
    else if (script.decoration === undefined) return null;
  }
  const left = parts
    .map((part) => {
      const script = scriptOf(base, part);
      const font = script === null ? undefined : fonts.get(script);
      if (script === null || (font !== undefined && draws(font, part))) return part;
      // Of a digit on a keycap the digit stays.
      return Array.from(part, (char) => (covered(base, char) ? char : "")).join("");
    })
    .join("")
    .replace(/\s+/g, " ")
    .trim();
  if (left === "") return null;

  const { default: createBidi } = await import("bidi-js");
  const bidi = createBidi();
  const { levels } = bidi.getEmbeddingLevels(left, "auto");
  try {
    const clusters: Cluster[] = [];
    for (const { text, level, script } of runs(base, left, levels)) {
      const font = script === null ? undefined : fonts.get(script);
      if (font !== undefined) clusters.push(...(await drawnClusters(font, text, level)));
      else
        for (const char of text) {
          const mirrored = level % 2 === 1 ? bidi.getMirroredCharacter(char) : null;
          clusters.push({ text: mirrored ?? char, level, drawn: null });
        }
    }
    return clusters.length === 0 ? null : clusters;
  } catch {
    // fontkit stumbles over what some fonts say of rare marks; the name without them is better than none.
    return null;
  }
}

/** Which installed font draws a grapheme; null where a shipped one does. */
function scriptOf(base: Fonts, grapheme: string): Script | null {
  // Shipped Japanese and Chinese faces know the words of our own texts alone: a name takes all of it from one font.
  if (covered(base, grapheme) && !HAN.test(grapheme)) return null;
  return SCRIPTS.find(({ is }) => is.test(grapheme)) ?? null;
}

interface Run {
  readonly text: string;
  readonly level: number;
  readonly script: Script | null;
}

/** Stretches of one direction and one font. */
function runs(base: Fonts, text: string, levels: Uint8Array): Run[] {
  const list: Run[] = [];
  let at = 0;
  for (const part of graphemes(text)) {
    const level = levels[at] ?? 0;
    at += part.length;
    const script = scriptOf(base, part);
    const last = list.at(-1);
    if (last !== undefined && last.level === level && last.script === script)
      list[list.length - 1] = { ...last, text: last.text + part };
    else list.push({ text: part, level, script });
  }
  return list;
}

async function drawnClusters({ font, pictures }: Installed, text: string, level: number): Promise<Cluster[]> {
  const rtl = level % 2 === 1;
  const usable = Array.from(text).filter(
    (char) => !JOINERS.test(char) || font.hasGlyphForCodePoint(char.codePointAt(0) ?? 0),
  );
  const run = font.layout(usable.join(""), undefined, undefined, undefined, rtl ? "rtl" : "ltr");
  const clusters =
    pictures === null
      ? visualClusters(font, run, level, rtl)
      : await pictureClusters(font, pictures, run, level);
  const known = clusters.filter((cluster) => !SKIN_TONE.test(cluster.text));
  return rtl ? known.reverse() : known;
}

/** Glyphs from left to right. Those without a picture are what is left of a sequence that the font does not know. */
async function pictureClusters(
  { unitsPerEm }: Font,
  pictures: Pictures,
  { glyphs }: GlyphRun,
  level: number,
): Promise<Cluster[]> {
  const drawn = glyphs.filter(({ id }) => pictures.has(id));
  const bitmaps = await pictures.read(drawn.map(({ id }) => id));
  return drawn.flatMap(({ id, codePoints, advanceWidth }) => {
    const bitmap = bitmaps.get(id);
    if (bitmap === undefined) return [];
    const advance = (advanceWidth / unitsPerEm) * pictures.pixelsPerEm;
    return [
      {
        text: String.fromCodePoint(...codePoints),
        level,
        drawn: { kind: "bitmap", unitsPerEm: pictures.pixelsPerEm, advance, bitmap },
      },
    ];
  });
}

/** Glyphs from left to right; marks, which take no room, go with the letter that they stand on. */
function visualClusters(font: Font, run: GlyphRun, level: number, rtl: boolean): Cluster[] {
  const clusters: Cluster[] = [];
  let waiting: { text: string; path: number[] } | null = null;
  run.glyphs.forEach((glyph, index) => {
    const position = run.positions[index];
    const advance = position?.xAdvance ?? glyph.advanceWidth;
    const text = String.fromCodePoint(...glyph.codePoints);
    const path = pathOf(glyph.path.commands, position?.xOffset ?? 0, position?.yOffset ?? 0);
    const last = clusters.at(-1);
    if (advance === 0 && rtl) {
      waiting = { text: text + (waiting?.text ?? ""), path: [...(waiting?.path ?? []), ...path] };
    } else if (advance === 0 && last?.drawn?.kind === "outline") {
      const shifted = pathOf(
        glyph.path.commands,
        (position?.xOffset ?? 0) + last.drawn.advance,
        position?.yOffset ?? 0,
      );
      clusters[clusters.length - 1] = {
        ...last,
        text: last.text + text,
        drawn: { ...last.drawn, path: [...last.drawn.path, ...shifted] },
      };
    } else {
      const drawn: Outlined = {
        kind: "outline",
        unitsPerEm: font.unitsPerEm,
        advance,
        path: [...path, ...(waiting?.path ?? [])],
      };
      clusters.push({ text: text + (waiting?.text ?? ""), level, drawn });
      waiting = null;
    }
  });
  return clusters;
}

function pathOf(commands: readonly { command: string; args: number[] }[], dx: number, dy: number): number[] {
  const path: number[] = [];
  let [x, y] = [0, 0];
  for (const { command, args } of commands) {
    const points = args.map((value, index) => value + (index % 2 === 0 ? dx : dy));
    if (command === "moveTo") path.push(MOVE, ...points);
    else if (command === "lineTo") path.push(LINE, ...points);
    else if (command === "quadraticCurveTo") path.push(CURVE, ...points);
    else if (command === "bezierCurveTo") path.push(...quadratics([x, y, ...points]));
    else continue;
    [x, y] = [points.at(-2) ?? 0, points.at(-1) ?? 0];
  }
  return path;
}

/** A cubic curve as four quadratic ones, which at the size of text is the same curve. */
function quadratics([x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0]: number[]): number[] {
  const parts = 4;
  const point = (t: number, a: number, b: number, c: number, d: number) => {
    const u = 1 - t;
    return u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
  };
  const slope = (t: number, a: number, b: number, c: number, d: number) => {
    const u = 1 - t;
    return 3 * (u * u * (b - a) + 2 * u * t * (c - b) + t * t * (d - c));
  };
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part / parts, (part + 1) / parts];
    const control = (a: number, b: number, c: number, d: number) => {
      const [start, end] = [point(from, a, b, c, d), point(to, a, b, c, d)];
      return (start + end) / 2 + ((slope(from, a, b, c, d) - slope(to, a, b, c, d)) * (to - from)) / 4;
    };
    return [
      CURVE,
      control(x0, x1, x2, x3),
      control(y0, y1, y2, y3),
      point(to, x0, x1, x2, x3),
      point(to, y0, y1, y2, y3),
    ];
  }).flat();
}

async function fontFiles(root: string): Promise<string[]> {
  const lists = await Promise.all(
    FOLDERS.map(async (folder) => {
      const directory = join(root === "" ? "/" : root, folder);
      try {
        const names = await readdir(directory, { recursive: true });
        return names.map((name) => join(directory, name));
      } catch {
        // No such folder: nothing is installed there.
        return [];
      }
    }),
  );
  return lists
    .flat()
    .filter((file) => /\.(ttf|otf|ttc|otc|woff2?)$/i.test(file))
    .sort();
}

/** The first that draws all of it; for pictures and signs the one that draws most. */
async function findFont(
  files: readonly string[],
  script: Script,
  wanted: readonly string[],
  monochrome: boolean,
): Promise<Installed | null> {
  const inColour = monochrome ? undefined : script.pictures;
  const likely = (file: string) => Number(script.fonts.test(file)) + Number(inColour?.test(file) ?? 0);
  // A face made for emphasis is taken when there is no other.
  const plain = (file: string) => Number(!/bold|black|italic|oblique|light|thin|mono|serif/i.test(file));
  const ranked = files.toSorted((a, b) => likely(b) - likely(a) || plain(b) - plain(a));
  let [best, most]: [Installed | null, number] = [null, 0];
  for (const file of ranked.slice(0, MOST_FONTS))
    for (const font of await openFonts(file, inColour !== undefined)) {
      const drawn = wanted.filter((part) => draws(font, part)).length;
      if (drawn === wanted.length) return font;
      if (script.decoration && drawn > most) [best, most] = [font, drawn];
    }
  return best;
}

function draws({ font, pictures }: Installed, grapheme: string): boolean {
  try {
    return (
      Array.from(grapheme).every(
        (char) => JOINERS.test(char) || font.hasGlyphForCodePoint(char.codePointAt(0) ?? 0),
      ) &&
      (pictures === null || font.layout(grapheme).glyphs.some(({ id }) => pictures.has(id)))
    );
  } catch {
    // A damaged table is found out when it is first read.
    return false;
  }
}

/** Empty for a file that is too large, unreadable or broken: fonts come from anywhere. */
async function openFonts(path: string, inColour: boolean): Promise<Installed[]> {
  try {
    const file = await open(path);
    try {
      if ((await file.stat()).size > MOST_BYTES) return [];
      const tables = await readTables(file);
      if (tables.has("CBDT"))
        return inColour
          ? [{ font: await openShaper(file, tables), pictures: await openPictures(path, file, tables) }]
          : [];
      const fontkit = await import("fontkit");
      const opened: Font | FontCollection = fontkit.create(await file.readFile());
      const fonts = "fonts" in opened ? opened.fonts : [opened];
      // Fonts of bitmaps alone have no outlines to scale; in those of coloured layers an outline is a part of a glyph.
      return fonts
        .filter((font) => font.unitsPerEm > 0 && font.COLR === undefined)
        .map((font) => ({ font, pictures: null }));
    } finally {
      await file.close();
    }
  } catch {
    return [];
  }
}

function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
