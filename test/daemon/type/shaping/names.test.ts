import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { layout } from "../../../../daemon/screens/layout.ts";
import { paint } from "../../../../daemon/screens/paint.ts";
import { screenOf } from "../../../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../../../daemon/texts/screen/catalogue.ts";
import type { Cluster } from "../../../../daemon/type/cluster.ts";
import { type Fonts, loadFonts } from "../../../../daemon/type/fonts.ts";
import { NameShaper } from "../../../../daemon/type/shaping/names.ts";
import { setLine, setShortened } from "../../../../daemon/type/type.ts";
import { PANELS, panelName } from "../../screens/situations.ts";
import { DEVICE, snapshotOf } from "../../screens/snapshots.ts";

const FIXTURES = fileURLToPath(new URL("../../../fixtures/fonts/", import.meta.url));

const directories: string[] = [];
after(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true }))));

/** A root directory whose /usr/share/fonts holds the fixtures, some of them, or none. */
async function root(install: (folder: string) => Promise<void> = async () => {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "c2cd-fonts-"));
  directories.push(directory);
  const folder = join(directory, "usr/share/fonts/truetype/noto");
  await mkdir(folder, { recursive: true });
  await install(folder);
  return directory;
}

const all = await root((folder) => cp(FIXTURES, folder, { recursive: true }));
const none = await root();
const base = loadFonts("en");
const COLOUR = { monochrome: false };

const NAMES = {
  Latin: "Łódź – Ænima Größe Çà",
  Vietnamese: "Hà Nội về đêm",
  Greek: "Αθήνα Ολυμπία",
  Cyrillic: "Северное сияние ЇЄ",
  Hangul: "우주 영화 3",
  Japanese: "京川 商号 三",
  Chinese: "北京星光 2",
  Arabic: "مشروع الليل 12",
  "Arabic with its vowels": "مَشْرُوع العَرَبِيّ",
  Hebrew: "פרויקט (לילה) 7",
  Emoji: "Night Shoot 🎬",
  mixed: "Aurora 우주 🎬 מרוץ",
};

function screenWith(project: string, device = DEVICE.name) {
  return screenOf(
    snapshotOf("paired", { project: { id: "1", name: project }, device: { ...DEVICE, name: device } }),
    CATALOGUE.en,
  );
}

function lines(fonts: Fonts, project: string, device?: string): string[] {
  const plan = layout(screenWith(project, device), { width: 800, height: 480, monochrome: false }, fonts);
  return plan.items.flatMap((item) => (item.kind === "text" ? [item.line.text] : []));
}

for (const [script, name] of Object.entries(NAMES))
  test(`${script} is drawn when a font for it is installed`, async () => {
    const fonts = await new NameShaper(all).prepare(base, [name], COLOUR);
    const drawn = setLine(fonts, name, { size: 40, weight: "bold", crisp: false });
    const letters = name.replace(/\s|\p{M}/gu, "");
    assert.ok(drawn.marks.length >= Array.from(letters).length * 0.7, `${drawn.marks.length} marks`);
    assert.ok(drawn.width > 100);
    for (const panel of PANELS) {
      const { picture } = paint(screenWith(name), panel, fonts);
      assert.equal(picture.pixels.length, panel.width * panel.height, panelName(panel));
    }
  });

function outlineOf({ drawn }: Cluster) {
  return drawn?.kind === "outline" ? drawn.path : undefined;
}

test("right-to-left names begin at the right", async () => {
  const fonts = await new NameShaper(all).prepare(base, [NAMES.Hebrew], COLOUR);
  const clusters = fonts.names.get(NAMES.Hebrew) ?? [];
  assert.equal(clusters[0]?.text, "פ");
  assert.equal(clusters[0]?.level, 1);
  const { marks } = setLine(fonts, NAMES.Hebrew, { size: 40, weight: "regular", crisp: false });
  const first = clusters[0] && outlineOf(clusters[0]);
  const mark = marks.find((candidate) => candidate.kind === "outline" && candidate.path === first);
  assert.equal(mark, marks.at(-1), "the first letter is the rightmost mark");
});

test("Arabic letters take the shapes of their places, and brackets in right-to-left text turn round", async () => {
  const fonts = await new NameShaper(all).prepare(base, [NAMES.Arabic, NAMES.Hebrew], COLOUR);
  const clusters = fonts.names.get(NAMES.Arabic) ?? [];
  const lams = clusters.filter(({ text }) => text === "ل").map((lam) => JSON.stringify(outlineOf(lam)));
  assert.ok(new Set(lams).size > 1, "each lam looks the same");
  const brackets = (fonts.names.get(NAMES.Hebrew) ?? [])
    .map(({ text }) => text)
    .filter((text) => /[()]/.test(text));
  assert.deepEqual(brackets, [")", "("]);
});

test("without an installed font a name in another script is left out, and the client_id stands in for the device", async () => {
  for (const script of ["Hangul", "Japanese", "Chinese", "Arabic", "Hebrew", "mixed"] as const) {
    const name = NAMES[script];
    const fonts = await new NameShaper(none).prepare(base, [name], COLOUR);
    const texts = lines(fonts, name, name);
    assert.ok(!texts.includes(name), script);
    assert.ok(texts.includes(DEVICE.client_id), `${script}: ${texts}`);
    assert.ok(texts.includes("Paired"), script);
  }
});

test("without an emoji font the name stays and the picture goes", async () => {
  const fonts = await new NameShaper(none).prepare(base, [NAMES.Emoji], COLOUR);
  assert.ok(lines(fonts, NAMES.Emoji).includes("Night Shoot"));
});

test("a Han name is drawn whole by one font, also where the shipped faces have some of it", async () => {
  const japanese = loadFonts("ja");
  const fonts = await new NameShaper(all).prepare(japanese, ["京川 商号 三"], COLOUR);
  const clusters = fonts.names.get("京川 商号 三") ?? [];
  assert.ok(clusters.filter(({ text }) => text.trim() !== "").every(({ drawn }) => drawn !== null));
});

test("of several pictures those are drawn that the font has, and the rest of the name is whole", async () => {
  const name = "Night 🎬\u{1F9FF} Shoot";
  const fonts = await new NameShaper(all).prepare(base, [name], COLOUR);
  const text = (fonts.names.get(name) ?? []).map((cluster) => cluster.text).join("");
  assert.equal(text, "Night 🎬 Shoot");
});

test("marks that no font has are left out, and the letters under them stay", async () => {
  for (const [name, readable] of [
    ["❤\uFE0F Wedding", "Wedding"],
    ["x\u0304 1\uFE0F\u20E3", "x 1"],
    ["Z\u0351\u036B\u0313\u036Aalgo\u0334", "Zalgo"],
  ] as const) {
    const fonts = await new NameShaper(none).prepare(base, [name], COLOUR);
    assert.ok(lines(fonts, name).includes(readable), `${name}: ${lines(fonts, name)}`);
  }
});

test("a font that trips the shaper costs the mark, not the display", async () => {
  const name = "A\u0334b";
  const odd = await root((folder) => cp(`${FIXTURES}noto-sans-overlay.ttf`, join(folder, "NotoSans.ttf")));
  const fonts = await new NameShaper(odd).prepare(base, [name], COLOUR);
  assert.ok(lines(fonts, name).includes("Ab"));
});

test("what can't be seen is not in a name: controls, and marks that would turn it round", () => {
  for (const [name, seen] of [
    ["abc\u202Egpj.exe\u202C", "abcgpj.exe"],
    ["\u2067left\u2069", "left"],
    ["one\ntwo\u0000\u0007\tthree ", "one two three"],
    ["👩\u200D🎤", "👩\u200D🎤"],
    ["x".repeat(255), "x".repeat(255)],
  ] as const)
    assert.equal(screenWith(name, name).project?.name, seen);
  for (const name of ["", "   ", "\u200B\u200D", "\u0000", "\u0301"]) {
    const screen = screenWith(name, name);
    assert.equal(screen.project, null);
    assert.equal(screen.device.name, DEVICE.client_id);
  }
});

test("broken, empty and enormous font files are passed over", async () => {
  const odd = await root(async (folder) => {
    await writeFile(join(folder, "AAA-hebrew.ttf"), "this is no font");
    await writeFile(join(folder, "AAB-hebrew.otf"), "");
    await writeFile(join(folder, "AAC-hebrew.woff2"), Buffer.from("wOF2\0\0\0\0garbage"));
    const whole = await readFile(`${FIXTURES}noto-sans-hebrew-hebrew-400-normal.woff2`);
    await writeFile(join(folder, "AAD-hebrew.woff2"), whole.subarray(0, whole.length / 2));
    await writeFile(join(folder, "zz-hebrew.woff2"), whole);
  });
  const fonts = await new NameShaper(odd).prepare(base, [NAMES.Hebrew], COLOUR);
  assert.ok(fonts.names.has(NAMES.Hebrew));
});

test("names that the shipped faces draw need no font, and a name is shaped once", async () => {
  const shaper = new NameShaper(all);
  assert.equal(
    await shaper.prepare(base, [NAMES.Latin, NAMES.Greek, NAMES.Cyrillic, NAMES.Vietnamese], COLOUR),
    base,
  );
  const first = await shaper.prepare(base, [NAMES.Hangul], COLOUR);
  assert.equal(await shaper.prepare(base, [NAMES.Hangul], COLOUR), first);
});

test("long names lose their middle and keep both ends", async () => {
  const style = { size: 30, weight: "regular", crisp: false } as const;
  const latin = "Nordlicht Staffel 2 Episode 3 zweite Einheit Kamera B";
  const line = setShortened(base, latin, style, 300);
  assert.match(line.text, /^Nordl.*….*ra B$/);
  assert.ok(line.width <= 300);

  const name = `${NAMES.Hebrew} ${NAMES.Hebrew} ${NAMES.Hebrew} ${NAMES.Hebrew}`;
  const fonts = await new NameShaper(all).prepare(base, [name], COLOUR);
  const hebrew = setShortened(fonts, name, style, 300);
  assert.ok(hebrew.width <= 300);
  assert.match(hebrew.text, /^פ.*…/);
});

test("on every panel a name of any length stays within the panel", async () => {
  const long = "Eine sehr lange Bezeichnung ".repeat(20);
  for (const panel of PANELS) {
    const plan = layout(screenWith(long, long), panel, base);
    const texts = plan.items.filter((item) => item.kind === "text");
    assert.ok(
      texts.some(({ line }) => line.text.includes("…")),
      panelName(panel),
    );
    for (const { box } of texts) assert.ok(box.x >= 0 && box.x + box.width <= panel.width, panelName(panel));
  }
});
