/**
 * Makes `daemon/type/faces/*.bin`: the glyphs that the product ships, taken from open fonts and laid out as
 * `daemon/type/glyphs.ts` describes. Run it with `npm run build:fonts` after a catalogue in `daemon/texts/` has
 * gained a Japanese, Korean or Chinese character; the result is committed, so that nobody else needs the font packages.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import * as fontkit from "fontkit";
import { charactersOf } from "../daemon/texts/screen/characters.ts";
import { ja } from "../daemon/texts/screen/ja.ts";
import { ko } from "../daemon/texts/screen/ko.ts";
import { zh } from "../daemon/texts/screen/zh.ts";
import { CURVE, END, LINE, MOVE } from "../daemon/type/glyphs.ts";
import { fill } from "../daemon/type/raster.ts";

const here = fileURLToPath(new URL("./fonts/", import.meta.url));
const target = fileURLToPath(new URL("../daemon/type/faces/", import.meta.url));
const modules = `${here}node_modules/`;

/** Latin with every accent of Europe and Vietnam, Greek, Cyrillic, and the punctuation that names use. */
const ALPHABETS = ranges(
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x370, 0x3ff],
  [0x400, 0x4ff],
  [0x1e00, 0x1eff],
  [0x2010, 0x2027],
  [0x2030, 0x203a],
  [0x20a0, 0x20bf],
  [0x2116, 0x2122],
);
/** Kana, and the punctuation of Japanese and Chinese: names are made of it as often as of ideographs. */
const KANA = ranges([0x3000, 0x3002], [0x3008, 0x3011], [0x3041, 0x3096], [0x30a1, 0x30ff], [0xff01, 0xff5e]);

function ranges(...list: [number, number][]): number[] {
  return list.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

/** LEB128, least significant group first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

/** Zigzag: the sign is the lowest bit. */
function signed(value: number): number[] {
  return varint(value >= 0 ? value * 2 : -value * 2 - 1);
}

/** Numbers of a fixed size, the larger ones little-endian. @throws {RangeError} for one that has no room */
function int8(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length);
  for (const [at, value] of values.entries()) buffer.writeInt8(value, at);
  return buffer;
}

function int16(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) buffer.writeInt16LE(value, 2 * at);
  return buffer;
}

function uint16(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) buffer.writeUInt16LE(value, 2 * at);
  return buffer;
}

/** Where each part begins when they follow each other, and where the last one ends. */
function starts(parts: readonly (readonly number[])[]): number[] {
  const places = [0];
  for (const part of parts) places.push((places.at(-1) ?? 0) + part.length);
  return places;
}

function emit(name: string, parts: readonly Buffer[]): void {
  const bytes = Buffer.concat(parts);
  writeFileSync(`${target}${name}.bin`, bytes);
  console.log(`${name}: ${bytes.length} bytes`);
}

/** fontkit can vary a font only when it is not compressed, hence wawoff2. */
async function open(file: string): Promise<fontkit.Font> {
  const { decompress } = createRequire(here)("wawoff2") as { decompress(woff2: Buffer): Promise<Uint8Array> };
  return fontkit.create(Buffer.from(await decompress(readFileSync(modules + file)))) as fontkit.Font;
}

async function family(folder: string, pattern: RegExp): Promise<fontkit.Font[]> {
  const files = readdirSync(modules + folder).filter((file) => pattern.test(file));
  const fonts: fontkit.Font[] = [];
  // One after the other: wawoff2 has one memory for all.
  for (const file of files) fonts.push(await open(folder + file));
  return fonts;
}

const EM = 1000;

interface Found {
  readonly font: fontkit.Font;
  readonly varied: fontkit.Font;
}

function outlines(
  name: string,
  fonts: readonly fontkit.Font[],
  weight: number,
  wanted: readonly number[],
  kerned: readonly number[],
): void {
  const varied = fonts.map((font): Found => ({ font, varied: font.getVariation({ wght: weight }) }));
  const find = (codePoint: number) => varied.find(({ font }) => font.hasGlyphForCodePoint(codePoint));
  const covered = wanted.filter((codePoint) => find(codePoint) !== undefined);
  const [first] = varied;
  if (first === undefined) throw new Error(`${name}: no font`);
  const scale = EM / first.font.unitsPerEm;
  const units = (value: number) => Math.round(value * scale);
  const glyphs = covered.map((codePoint) => {
    const glyph = find(codePoint)?.varied.glyphForCodePoint(codePoint);
    if (glyph === undefined) throw new Error(`${name}: no glyph for ${codePoint}`);
    return { advance: units(glyph.advanceWidth), contours: contoursOf(glyph.path, units) };
  });
  const shared = [...new Set(glyphs.flatMap(({ contours }) => contours.map(({ shape }) => shape)))];
  const shapes = shared.map((shape) => shape.split(" ").map(Number));
  const places = new Map(starts(shapes).map((place, index) => [shared[index], place]));
  const paths = glyphs.map(({ contours }) =>
    contours.flatMap(({ dx, dy, shape }) => [
      ...signed(dx),
      ...signed(dy),
      ...varint(places.get(shape) ?? Number.NaN),
    ]),
  );

  const kerns = new Map<string, number>();
  for (const left of kerned)
    for (const right of kerned) {
      const found = find(left);
      if (found === undefined || found !== find(right)) continue;
      const run = found.font.layout(String.fromCodePoint(left, right), ["kern"]);
      const kern = units((run.positions[0]?.xAdvance ?? 0) - (run.glyphs[0]?.advanceWidth ?? 0));
      if (run.glyphs.length === 2 && Math.abs(kern) >= 5) kerns.set(`${left} ${right}`, kern);
    }
  const kern = (left: number, right: number) => kerns.get(`${left} ${right}`) ?? 0;
  const lefts = classes(covered, (left) => kerned.map((right) => kern(left, right)));
  const rights = classes(covered, (right) => kerned.map((left) => kern(left, right)));

  const { ascent, descent, capHeight } = first.font;
  emit(name, [
    uint16([EM, units(ascent), units(-descent), units(capHeight || ascent * 0.63)]),
    uint16([glyphs.length, lefts.members.length, rights.members.length]),
    uint16(covered),
    uint16(glyphs.map(({ advance }) => advance)),
    uint16(starts(paths)),
    Buffer.from(lefts.of),
    Buffer.from(rights.of),
    int16(lefts.members.flatMap((left) => rights.members.map((right) => kern(left, right)))),
    Buffer.from(paths.flat()),
    Buffer.from(shapes.flat()),
  ]);
}

interface Contour {
  /** From the last point of the contour before to the first of this one. */
  readonly dx: number;
  readonly dy: number;
  /** Its bytes, wherever it stands: an accented letter shares those of the letter. */
  readonly shape: string;
}

function contoursOf({ commands }: fontkit.Path, units: (value: number) => number): Contour[] {
  const contours: { dx: number; dy: number; bytes: number[] }[] = [];
  let x = 0;
  let y = 0;
  for (const { command, args } of commands) {
    const steps: number[] = [];
    for (let index = 0; index < args.length; index += 2) {
      const nextX = units(args[index] ?? 0);
      const nextY = units(args[index + 1] ?? 0);
      steps.push(nextX - x, nextY - y);
      x = nextX;
      y = nextY;
    }
    if (command === "bezierCurveTo") throw new Error("cubic curves");
    if (command === "moveTo") contours.push({ dx: steps[0] ?? 0, dy: steps[1] ?? 0, bytes: [] });
    else if (command !== "closePath")
      contours.at(-1)?.bytes.push(command === "lineTo" ? LINE : CURVE, ...steps.flatMap(signed));
  }
  return contours.map(({ dx, dy, bytes }) => ({ dx, dy, shape: [...bytes, END].join(" ") }));
}

/** Letters that are kerned alike share a class. @returns the class of each letter, and one letter of each class */
function classes(
  letters: readonly number[],
  kernsOf: (letter: number) => readonly number[],
): { readonly of: readonly number[]; readonly members: readonly number[] } {
  const known = new Map<string, number>();
  const members: number[] = [];
  const of = letters.map((letter) => {
    const key = kernsOf(letter).join();
    const at = known.get(key) ?? members.push(letter) - 1;
    known.set(key, at);
    return at;
  });
  if (members.length > 256) throw new RangeError(`${members.length} classes of letters`);
  return { of, members };
}

interface Bitmap {
  readonly advance: number;
  readonly left: number;
  readonly bottom: number;
  /** Rows from the top, of "0" and "1". */
  readonly rows: readonly string[];
}

interface BitmapSource {
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  glyph(codePoint: number): Bitmap | undefined;
}

function pixels(name: string, source: BitmapSource, wanted: readonly number[]): void {
  const covered = wanted.filter((codePoint) => source.glyph(codePoint) !== undefined);
  const glyphs = covered.flatMap((codePoint) => source.glyph(codePoint) ?? []);
  const bits = glyphs.map(({ rows }) => rows.join("").match(/.{1,8}/g) ?? []);
  const packed = bits.map((bytes) => bytes.map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2)));
  emit(name, [
    uint16([source.ascent, source.descent, source.capHeight, glyphs.length]),
    uint16(covered),
    uint16(starts(packed)),
    int8(
      glyphs.flatMap(({ advance, rows, left, bottom }) => [
        advance,
        rows[0]?.length ?? 0,
        rows.length,
        left,
        bottom,
      ]),
    ),
    Buffer.from(packed.flat()),
  ]);
}

/** A font in Adobe's Glyph Bitmap Distribution Format 2.1. */
function bdf(file: string): BitmapSource {
  const text = readFileSync(modules + file, "utf8");
  const property = (key: string) => Number(new RegExp(`^${key} (-?\\d+)`, "m").exec(text)?.[1]);
  const glyphs = new Map<number, Bitmap>();
  const pattern =
    /^ENCODING (\d+)\n[\s\S]*?^DWIDTH (\d+) 0\nBBX (\d+) (\d+) (-?\d+) (-?\d+)\nBITMAP\n([\s\S]*?)ENDCHAR/gm;
  for (const [, codePoint, advance, width, , left, bottom, hex] of text.matchAll(pattern)) {
    const rows = (hex ?? "").trim().split("\n").filter(Boolean);
    glyphs.set(Number(codePoint), {
      advance: Number(advance),
      left: Number(left),
      bottom: Number(bottom),
      rows: rows.map((row) => [...row].map(nibble).join("").slice(0, Number(width))),
    });
  }
  return {
    ascent: property("FONT_ASCENT"),
    descent: property("FONT_DESCENT"),
    capHeight: property("CAP_HEIGHT"),
    glyph: (codePoint) => glyphs.get(codePoint),
  };
}

function nibble(hex: string): string {
  return Number.parseInt(hex, 16).toString(2).padStart(4, "0");
}

/** Unifont comes as outlines along the edges of its pixels: filled at 16 pixels an em they are the pixels again. */
function unifont(font: fontkit.Font): BitmapSource {
  const scale = 16 / font.unitsPerEm;
  return {
    ascent: 14,
    descent: 2,
    capHeight: 10,
    glyph(codePoint) {
      if (!font.hasGlyphForCodePoint(codePoint)) return undefined;
      const glyph = font.glyphForCodePoint(codePoint);
      const path = glyph.path.commands.flatMap(({ command, args }) =>
        command === "closePath" ? [] : [command === "moveTo" ? MOVE : LINE, ...args.slice(-2)],
      );
      const set: [x: number, y: number][] = [];
      fill(path, scale, 0, (from, end, y, alpha) => {
        if (alpha >= 128) for (let x = from; x < end; x++) set.push([x, y]);
      });
      const advance = Math.round(glyph.advanceWidth * scale);
      if (set.length === 0) return { advance, left: 0, bottom: 0, rows: [] };
      const [xs, ys] = [set.map(([x]) => x), set.map(([, y]) => y)];
      const [left, right] = [Math.min(...xs), Math.max(...xs)];
      const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
      const rows = Array.from({ length: bottom - top + 1 }, () => Array(right - left + 1).fill("0"));
      for (const [x, y] of set) (rows[y - top] ?? [])[x - left] = "1";
      return {
        advance,
        left,
        bottom: -bottom - 1,
        rows: rows.map((row) => row.join("")),
      };
    },
  };
}

function sorted(codePoints: Iterable<number>): number[] {
  return [...new Set(codePoints)].sort((a, b) => a - b);
}

execFileSync("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"], {
  cwd: here,
  stdio: "inherit",
});

const japanese = sorted([...KANA, ...charactersOf(ja)]).filter((codePoint) => codePoint >= 0x3000);
const korean = sorted(charactersOf(ko)).filter((codePoint) => codePoint >= 0x3000);
const chinese = sorted([...KANA, ...charactersOf(zh)]).filter((codePoint) => codePoint >= 0x3000);
const letters = ALPHABETS.filter((codePoint) => codePoint <= 0x17f && codePoint !== 0xad);

const inter = await family("@fontsource-variable/inter/files/", /-wght-normal\.woff2$/);
outlines("sans-regular", inter, 450, ALPHABETS, letters);
outlines("sans-bold", inter, 650, ALPHABETS, letters);

const notoJapanese = await family("@fontsource-variable/noto-sans-jp/files/", /-wght-normal\.woff2$/);
outlines("ja-regular", notoJapanese, 400, japanese, []);
outlines("ja-bold", notoJapanese, 600, japanese, []);
const notoKorean = await family("@fontsource-variable/noto-sans-kr/files/", /-wght-normal\.woff2$/);
outlines("ko-regular", notoKorean, 400, korean, []);
outlines("ko-bold", notoKorean, 600, korean, []);
const notoChinese = await family("@fontsource-variable/noto-sans-sc/files/", /-wght-normal\.woff2$/);
outlines("zh-regular", notoChinese, 400, chinese, []);
outlines("zh-bold", notoChinese, 600, chinese, []);

for (const size of [7, 9, 11]) {
  const galmuri = bdf(`galmuri/dist/Galmuri${size}.bdf`);
  pixels(`pixel-${size}`, galmuri, ALPHABETS);
  pixels(`ja-pixel-${size}`, galmuri, japanese);
  pixels(`ko-pixel-${size}`, galmuri, korean);
}
const [squares] = await family("@fontsource/unifontex/files/", /-400-normal\.woff2$/);
if (squares === undefined) throw new Error("UnifontEX is missing");
pixels("zh-pixel-16", unifont(squares), [...letters, ...chinese]);
