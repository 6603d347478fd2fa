import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { paint } from "../../../daemon/screens/paint.ts";
import { screenOf } from "../../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import { image, type Raster, READERS, rasterOf } from "./readers.ts";
import { PANELS, panelName } from "./situations.ts";
import { snapshotOf } from "./snapshots.ts";

const LINK = "HTTPS://NEXT.FRAME.IO/pair/482913";
const screen = screenOf(snapshotOf("awaiting-user"), CATALOGUE.en);
const fonts = loadFonts("en");

/** Pixels a module, as they have to be: a smaller figure is a code that is harder to scan. */
const MODULES: Readonly<Record<string, number | null>> = {
  "128x32": null,
  "128x64": 2,
  "135x240": 4,
  "240x135": 4,
  "240x240": 6,
  "320x240": 6,
  "240x320": 6,
  "480x320": 7,
  "800x480": 12,
  "480x800": 12,
  "1024x600": 15,
  "1280x800": 19,
  "1920x1080": 28,
  "3840x2160": 57,
};

test("every reader scans the code on every panel, at the size that the panel allows", async (t) => {
  const rows: string[] = [];
  for (const panel of PANELS) {
    const { picture, qr } = paint(screen, panel, fonts);
    const qrModule = qr?.module ?? null;
    rows.push(
      `${panelName(panel).padEnd(10)} ${qrModule === null ? "digits alone" : `${qrModule} px a module`}`,
    );
    assert.equal(qrModule, MODULES[panelName(panel)], panelName(panel));
    if (qrModule === null) continue;
    for (const [reader, read] of Object.entries(READERS))
      assert.equal(await read(rasterOf(picture)), LINK, `${reader} at ${panelName(panel)}`);
  }
  t.diagnostic(`module sizes\n${rows.join("\n")}`);
});

/** A phone's view of a screen: slightly out of focus, held at 15 degrees, in a dim room, compressed. */
async function photographed(raster: Raster): Promise<Raster> {
  const jpeg = await image(raster)
    .flatten()
    .rotate(15, { background: "#303030" })
    .blur(Math.max(0.8, raster.width / 700))
    .linear(0.6, 0)
    .jpeg({ quality: 40 })
    .toBuffer();
  const { data, info } = await sharp(jpeg).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
}

test("a phone scans the code from 240x240 up", async () => {
  for (const panel of PANELS.filter(({ width, height }) => Math.min(width, height) >= 240)) {
    const photo = await photographed(rasterOf(paint(screen, panel, fonts).picture));
    for (const [reader, read] of Object.entries(READERS))
      assert.equal(await read(photo), LINK, `${reader} at ${panelName(panel)}`);
  }
});
