/**
 * `npm run gallery`: every state on every usual panel in every language, on one page of pictures to look at; languages
 * named as arguments alone. `npm run gallery docs` makes the pictures of the documentation instead.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import type { Panel } from "../daemon/screens/layout.ts";
import { paint } from "../daemon/screens/paint.ts";
import { screenOf } from "../daemon/screens/screen.ts";
import { LANGUAGES } from "../daemon/texts/languages.ts";
import { CATALOGUE } from "../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../daemon/type/fonts.ts";
import type { Picture } from "../hw/picture/picture.ts";
import { PANELS, panelName, SITUATIONS } from "../test/daemon/screens/situations.ts";

const directory = ".cache/gallery";

function png({ width, height, pixels, palette }: Picture): Promise<Buffer> {
  const rgb = Buffer.alloc(width * height * 3);
  pixels.forEach((index, at) => {
    rgb.writeUIntBE(palette[index] ?? 0, at * 3, 3);
  });
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 3 })
    .toBuffer();
}

/** Screens that the documentation shows: file, panel, situation, and how much larger than it is. */
const DOCUMENTED = [
  ["code-800x480", 800, 480, "code-half-time", 1],
  ["paired-800x480", 800, 480, "paired", 1],
  ["no-internet-480x320", 480, 320, "no-network", 1],
  ["code-240x240", 240, 240, "code-half-time", 1],
  ["code-128x64", 128, 64, "code-half-time", 3],
] as const;

const only = process.argv.slice(2);
if (only.includes("docs")) {
  const fonts = loadFonts("en");
  for (const [file, width, height, situation, times] of DOCUMENTED) {
    const snapshot = SITUATIONS[situation];
    if (snapshot === undefined) throw new Error(`no situation is called ${situation}`);
    const panel = { width, height, monochrome: width === 128 };
    const { picture } = paint(screenOf(snapshot, CATALOGUE.en), panel, fonts);
    await sharp(await png(picture))
      .resize(width * times, height * times, { kernel: "nearest" })
      .png({ palette: true, compressionLevel: 9 })
      .toFile(`docs/images/${file}.png`);
  }
  process.exit();
}

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
const sections: string[] = [];
for (const language of LANGUAGES) {
  if (only.length > 0 && !only.some((word) => word === language)) continue;
  const fonts = loadFonts(language);
  for (const panel of PANELS) {
    const figures: string[] = [];
    for (const [name, snapshot] of Object.entries(SITUATIONS)) {
      const { picture } = paint(screenOf(snapshot, CATALOGUE[language]), panel, fonts);
      figures.push(await figure(language, panel, name, picture));
    }
    sections.push(`<h2>${language}, ${panelName(panel)}</h2>\n<div>${figures.join("\n")}</div>`);
    console.log(`${language} ${panelName(panel)}`);
  }
}

async function figure(language: string, panel: Panel, name: string, picture: Picture): Promise<string> {
  const file = `${language}-${panelName(panel)}-${name}.png`;
  writeFileSync(`${directory}/${file}`, await png(picture));
  const shown = Math.min(480, panel.width * (panel.width < 200 ? 2 : 1));
  return `<figure><img src="${file}" width="${shown}" loading="lazy" alt=""><figcaption>${name}</figcaption></figure>`;
}

writeFileSync(
  `${directory}/index.html`,
  `<!doctype html><meta charset="utf-8"><title>c2cd: every screen</title>
<style>
body { font: 14px system-ui; background: #777; color: #fff; margin: 2em }
div { display: flex; flex-wrap: wrap; gap: 12px }
figure { margin: 0 }
img { image-rendering: pixelated; display: block }
</style>
${sections.join("\n")}
`,
);
console.log(`${directory}/index.html`);
