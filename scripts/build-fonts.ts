/**
 * Makes `daemon/screens/fonts/*.ts`: the glyphs that the product ships, taken from open fonts and packed as
 * `daemon/type/glyphs.ts` describes. Run it with `npm run build:fonts` after a catalogue in `daemon/texts/` has
 * gained a Japanese or Chinese character; the result is committed, so that nobody else needs the font packages.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import * as fontkit from "fontkit";
import { charactersOf } from "../daemon/texts/screen/characters.ts";
import { ja } from "../daemon/texts/screen/ja.ts";
import { zh } from "../daemon/texts/screen/zh.ts";
import { CURVE, LINE, MOVE } from "../daemon/type/glyphs.ts";
import { fill } from "../daemon/type/raster.ts";

const here = fileURLToPath(new URL("./fonts/", import.meta.url));
const target = fileURLToPath(new URL("../daemon/screens/fonts/", import.meta.url));
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

class Writer {
  readonly bytes: number[] = [];

  varint(value: number): this {
    if (!Number.isInteger(value) || value < 0) throw new RangeError(`not a natural number: ${value}`);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes.push((rest % 128) | 0x80);
    this.bytes.push(rest);
    return this;
  }

  signed(value: number): this {
    return this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }
}

function emit(name: string, origin: string, writer: Writer): void {
  const packed = deflateRawSync(Buffer.from(writer.bytes), { level: 9 }).toString("base64");
  const lines = packed.match(/.{1,100}/g) ?? [];
  writeFileSync(
    `${target}${name}.ts`,
    `// Made by scripts/build-fonts.ts from ${origin}\n// SIL Open Font License 1.1: see NOTICE.\n` +
      `export default \`\n${lines.join("\n")}\n\`;\n`,
  );
  console.log(`${name}: ${writer.bytes.length} bytes, ${packed.length} packed`);
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
  origin: string,
  fonts: readonly fontkit.Font[],
  weight: number,
  wanted: readonly number[],
  kerned: readonly number[],
): void {
  const varied = fonts.map((font): Found => ({ font, varied: font.getVariation({ wght: weight }) }));
  const find = (codePoint: number) => varied.find(({ font }) => font.hasGlyphForCodePoint(codePoint));
  const covered = wanted.filter((codePoint) => find(codePoint) !== undefined);
  const [first] = varied;
  if (first === undefined) throw new Error(`${origin}: no font`);
  const scale = EM / first.font.unitsPerEm;
  const units = (value: number) => Math.round(value * scale);
  const head = first.font;
  const writer = new Writer()
    .varint(EM)
    .varint(units(head.ascent))
    .varint(units(-head.descent))
    .varint(units(head.capHeight || head.ascent * 0.63))
    .varint(covered.length);
  let previous = 0;
  for (const codePoint of covered) {
    const glyph = find(codePoint)?.varied.glyphForCodePoint(codePoint);
    if (glyph === undefined) throw new Error(`${origin}: no glyph for ${codePoint}`);
    const path = new Writer();
    let x = 0;
    let y = 0;
    for (const { command, args } of glyph.path.commands) {
      if (command === "closePath") continue;
      const code = { moveTo: MOVE, lineTo: LINE, quadraticCurveTo: CURVE, bezierCurveTo: 0 }[command];
      if (code === 0) throw new Error(`${origin}: cubic curves`);
      path.varint(code);
      for (let index = 0; index < args.length; index += 2) {
        const nextX = units(args[index] ?? 0);
        const nextY = units(args[index + 1] ?? 0);
        path.signed(nextX - x).signed(nextY - y);
        x = nextX;
        y = nextY;
      }
    }
    writer
      .varint(codePoint - previous)
      .varint(units(glyph.advanceWidth))
      .varint(path.bytes.length);
    writer.bytes.push(...path.bytes);
    previous = codePoint;
  }

  const pairs: [number, number, number][] = [];
  for (const left of kerned)
    for (const right of kerned) {
      const found = find(left);
      if (found === undefined || found !== find(right)) continue;
      const run = found.font.layout(String.fromCodePoint(left, right), ["kern"]);
      const kern = units((run.positions[0]?.xAdvance ?? 0) - (run.glyphs[0]?.advanceWidth ?? 0));
      if (run.glyphs.length === 2 && Math.abs(kern) >= 5)
        pairs.push([covered.indexOf(left), covered.indexOf(right), kern]);
    }
  writer.varint(pairs.length);
  for (const [left, right, kern] of pairs) writer.varint(left).varint(right).signed(kern);
  emit(name, origin, writer);
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

function pixels(name: string, origin: string, source: BitmapSource, wanted: readonly number[]): void {
  const covered = wanted.flatMap((codePoint) => {
    const glyph = source.glyph(codePoint);
    return glyph === undefined ? [] : [{ codePoint, glyph }];
  });
  const writer = new Writer()
    .varint(source.ascent)
    .varint(source.descent)
    .varint(source.capHeight)
    .varint(covered.length);
  let previous = 0;
  for (const { codePoint, glyph } of covered) {
    writer
      .varint(codePoint - previous)
      .varint(glyph.advance)
      .varint(glyph.rows[0]?.length ?? 0)
      .varint(glyph.rows.length)
      .signed(glyph.left)
      .signed(glyph.bottom);
    const bits = glyph.rows.join("");
    for (let at = 0; at < bits.length; at += 8)
      writer.bytes.push(Number.parseInt(bits.slice(at, at + 8).padEnd(8, "0"), 2));
    previous = codePoint;
  }
  emit(name, origin, writer);
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
      const { left, top, width, height, alpha } = fill(path, scale);
      return {
        advance: Math.round(glyph.advanceWidth * scale),
        left,
        bottom: -top - height,
        rows: Array.from({ length: height }, (_, row) =>
          Array.from({ length: width }, (_, column) => (alpha[row * width + column] ?? 0) >= 128)
            .map(Number)
            .join(""),
        ),
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
const chinese = sorted([...KANA, ...charactersOf(zh)]).filter((codePoint) => codePoint >= 0x3000);
const letters = ALPHABETS.filter((codePoint) => codePoint <= 0x17f && codePoint !== 0xad);

const inter = await family("@fontsource-variable/inter/files/", /-wght-normal\.woff2$/);
outlines("sans-regular", "Inter, the Inter Project Authors", inter, 450, ALPHABETS, letters);
outlines("sans-bold", "Inter, the Inter Project Authors", inter, 650, ALPHABETS, letters);

const notoJapanese = await family("@fontsource-variable/noto-sans-jp/files/", /-wght-normal\.woff2$/);
outlines("ja-regular", "Noto Sans JP, Adobe and Google", notoJapanese, 400, japanese, []);
outlines("ja-bold", "Noto Sans JP, Adobe and Google", notoJapanese, 600, japanese, []);
const notoChinese = await family("@fontsource-variable/noto-sans-sc/files/", /-wght-normal\.woff2$/);
outlines("zh-regular", "Noto Sans SC, Adobe and Google", notoChinese, 400, chinese, []);
outlines("zh-bold", "Noto Sans SC, Adobe and Google", notoChinese, 600, chinese, []);

const quiple = "Galmuri, Lee Minseo";
for (const size of [7, 9, 11]) {
  const source = bdf(`galmuri/dist/Galmuri${size}.bdf`);
  pixels(`pixel-${size}`, quiple, source, ALPHABETS);
  pixels(`ja-pixel-${size}`, quiple, source, japanese);
}
const [squares] = await family("@fontsource/unifontex/files/", /-400-normal\.woff2$/);
if (squares === undefined) throw new Error("UnifontEX is missing");
pixels("zh-pixel-16", "UnifontEX, stgiga and the Unifont authors", unifont(squares), [
  ...letters,
  ...chinese,
]);
