import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type { Snapshot } from "../../../../daemon/contract/snapshot.ts";
import { layout, type Panel } from "../../../../daemon/screens/layout.ts";
import { paint } from "../../../../daemon/screens/paint.ts";
import { screenOf } from "../../../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../../../daemon/texts/screen/catalogue.ts";
import { type Fonts, loadFonts } from "../../../../daemon/type/fonts.ts";
import { NameShaper } from "../../../../daemon/type/shaping/names.ts";
import type { Mark } from "../../../../daemon/type/type.ts";
import { PANELS, panelName } from "../../screens/situations.ts";
import { DEVICE, snapshotOf } from "../../screens/snapshots.ts";

const FIXTURES = fileURLToPath(new URL("../../../fixtures/fonts/", import.meta.url));
const IN_COLOUR = join(FIXTURES, "noto-color-emoji.ttf");
const OUTLINES = join(FIXTURES, "noto-emoji-4-400-normal.woff2");

const HD: Panel = { width: 1280, height: 800, monochrome: false };
const OLED: Panel = { width: 128, height: 64, monochrome: true };

const directories: string[] = [];
after(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true }))));

/** A root directory where these fonts are installed, called so. */
async function root(fonts: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "c2cd-emoji-"));
  directories.push(directory);
  const folder = join(directory, "usr/share/fonts");
  await mkdir(folder, { recursive: true });
  for (const [name, font] of Object.entries(fonts))
    if (typeof font === "string") await copyFile(font, join(folder, name));
    else await writeFile(join(folder, name), font);
  return directory;
}

const base = loadFonts("en");
const colour = await root({ "NotoColorEmoji.ttf": IN_COLOUR });
const outlines = await root({ "NotoEmoji.woff2": OUTLINES });
const both = await root({ "NotoColorEmoji.ttf": IN_COLOUR, "NotoEmoji.woff2": OUTLINES });

const fontsFor = (directory: string, name: string, panel = HD): Promise<Fonts> =>
  new NameShaper(directory).prepare(base, [name], panel);

function screenWith(name: string, state: Snapshot["state"] = "paired") {
  const device = { ...DEVICE, name };
  const paired = state === "paired" ? { project: { id: "1", name } } : {};
  return screenOf(snapshotOf(state, { device, ...paired }), CATALOGUE.en);
}

/** The line of the project, and what it is drawn with. */
function project(fonts: Fonts, name: string, panel = HD) {
  const lines = layout(screenWith(name), panel, fonts).items.flatMap((item) =>
    item.kind === "text" ? [item] : [],
  );
  return lines.at(-2) ?? assert.fail("there is no project");
}

const kinds = (marks: readonly Mark[]) => marks.map(({ kind }) => kind);

test("an emoji is drawn in its colours, as another decoder and scaler have it", async () => {
  const fonts = await fontsFor(colour, "🔥");
  const { picture } = paint(screenWith("🔥"), HD, fonts);
  const { box, baseline, line } = project(fonts, "🔥");
  const [mark] = line.marks;
  assert.ok(mark?.kind === "bitmap");
  const [width, height] = [Math.round(136 * mark.scale), Math.round(128 * mark.scale)];
  const expected = await sharp(join(FIXTURES, "noto-color-emoji-fire.png"))
    .resize(width, height, { fit: "fill", kernel: "linear" })
    .flatten({ background: `#${(picture.palette[0] ?? 0).toString(16).padStart(6, "0")}` })
    .raw()
    .toBuffer();
  let off = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (baseline - Math.round(101 * mark.scale) + y) * HD.width + box.x + Math.round(mark.x) + x;
      const color = picture.palette[picture.pixels[at] ?? 0] ?? 0;
      for (const [channel, shift] of [16, 8, 0].entries())
        off += Math.abs(((color >> shift) & 0xff) - (expected[3 * (y * width + x) + channel] ?? 0));
    }
  const mean = off / (width * height * 3);
  assert.ok(mean < 5, `a channel is off by ${mean.toFixed(1)} of 255 in the mean`);
});

test("what is put together of several characters is one picture", async () => {
  for (const emoji of ["👩🏽\u200D🎤", "🇩🇪", "1\uFE0F\u20E3", "❤\uFE0F", "👩🏽"]) {
    const fonts = await fontsFor(colour, `A ${emoji}`);
    assert.deepEqual(kinds(project(fonts, `A ${emoji}`).line.marks), ["outline", "bitmap"], emoji);
  }
});

test("of a sequence that the font does not know its parts are drawn, and no patch of skin", async () => {
  const name = "🎬🏽\u200D🔥";
  const fonts = await fontsFor(colour, name);
  assert.deepEqual(
    fonts.names.get(name)?.map(({ text }) => text),
    ["🎬", "🔥"],
  );
});

test("letters beside an emoji keep their weight", async () => {
  const alone = project(base, "Night Shoot").line.marks;
  const beside = project(await fontsFor(colour, "Night Shoot 🎬"), "Night Shoot 🎬").line.marks;
  assert.ok(alone[0]?.kind === "outline" && beside[0]?.kind === "outline");
  assert.deepEqual(beside[0].path, alone[0].path);
});

test("in black and white an emoji is an outline, or left out where only pictures are installed", async () => {
  const name = "Wolf 🎬";
  const drawn = await fontsFor(both, name, OLED);
  assert.deepEqual(new Set(kinds(project(drawn, name, OLED).line.marks)), new Set(["outline"]));
  assert.equal(project(drawn, name, OLED).line.text, name);
  const without = await fontsFor(colour, name, OLED);
  assert.equal(project(without, name, OLED).line.text, "Wolf");
});

test("colours are taken where there is a choice, outlines where there is none", async () => {
  assert.deepEqual(kinds(project(await fontsFor(both, "🎬"), "🎬").line.marks), ["bitmap"]);
  assert.deepEqual(kinds(project(await fontsFor(outlines, "🎬"), "🎬").line.marks), ["outline"]);
});

test("a digit whose keycap can't be drawn stays", async () => {
  const none = await root({});
  for (const [directory, name, readable] of [
    [none, "Take 1\uFE0F\u20E3", "Take 1"],
    [colour, "Take 2\uFE0F\u20E3 🔥", "Take 2 🔥"],
  ] as const)
    assert.equal(project(await fontsFor(directory, name), name).line.text, readable);
});

test("the pictures leave colours for the rest of the screen, and have their place on every panel", async () => {
  const name = "🔥👩🏽\u200D🎤🇩🇪1\uFE0F\u20E3❤\uFE0F🎬";
  for (const panel of PANELS) {
    const fonts = await fontsFor(both, name, panel);
    for (const state of ["paired", "awaiting-user"] as const) {
      const { palette } = paint(screenWith(name, state), panel, fonts).picture;
      assert.ok(palette.length <= (panel.monochrome ? 2 : 256), panelName(panel));
    }
    const { box } = project(fonts, name, panel);
    assert.ok(box.x >= 0 && box.x + box.width <= panel.width, panelName(panel));
  }
});

test("a font that is cut off, or whose pictures are not what it says, costs the emoji and not the name", async () => {
  const whole = await readFile(IN_COLOUR);
  const place = (tag: string) => {
    for (let record = 12; record < 12 + 16 * whole.readUInt16BE(4); record += 16)
      if (whole.toString("latin1", record, record + 4) === tag) return whole.readUInt32BE(record + 8);
    return assert.fail(tag);
  };
  const changed = (change: (font: Buffer) => void) => {
    const font = Buffer.from(whole);
    change(font);
    return font;
  };
  const fonts = {
    "cut off in its pictures": whole.subarray(0, place("CBDT") + 100),
    "cut off in its directory": whole.subarray(0, 40),
    "without pictures": changed((font) => font.fill(0, place("CBDT"), place("CBLC"))),
    "with places beyond its end": changed((font) => font.fill(0xff, place("CBLC") + 60, place("CBLC") + 200)),
    "with pictures for no glyph": changed((font) => font.writeUInt32BE(0, place("CBLC") + 16)),
    "with pictures of another size": changed((font) => {
      for (let at = font.indexOf("IHDR"); at >= 0; at = font.indexOf("IHDR", at + 4))
        font.writeUInt32BE(0x7fff_ffff, at + 4);
    }),
  };
  for (const [what, font] of Object.entries(fonts)) {
    const prepared = await fontsFor(await root({ "NotoColorEmoji.ttf": font }), "Wolf 🔥 pack");
    assert.equal(project(prepared, "Wolf 🔥 pack").line.text, "Wolf pack", what);
  }
});

test("of a large font a name costs what it needs", async () => {
  const directory = await root({ "NotoColorEmoji.ttf": IN_COLOUR });
  await truncate(join(directory, "usr/share/fonts/NotoColorEmoji.ttf"), 50_000_000);
  await fontsFor(colour, "🎬");
  const read = async () => Number(/rchar: (\d+)/.exec(await readFile("/proc/self/io", "utf8"))?.[1]);
  const before = await read();
  assert.equal((await fontsFor(directory, "🔥")).names.size, 1);
  const bytes = (await read()) - before;
  assert.ok(bytes < 100_000, `${bytes} bytes read`);
});
