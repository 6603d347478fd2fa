import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { paint } from "../../../daemon/screens/paint.ts";
import { screenOf } from "../../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import { image, type Raster, READERS, rasterOf } from "./readers.ts";
import { PANELS, panelName, SITUATIONS } from "./situations.ts";
import { problem, snapshotOf } from "./snapshots.ts";

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

test("where nothing goes on by itself, a phone finds the device's own page on every panel with room for it", async () => {
  for (const name of ["idle-with-page", "unconfigured-with-page", "server-unreachable-with-page"]) {
    const snapshot = SITUATIONS[name];
    assert.ok(snapshot);
    for (const panel of PANELS) {
      const { picture, qr } = paint(screenOf(snapshot, CATALOGUE.en), panel, fonts);
      assert.equal(qr, null, "it is not the code on offer");
      const roomy = Math.min(panel.width, panel.height) >= 240;
      for (const [reader, read] of Object.entries(READERS))
        assert.equal(
          await read(rasterOf(picture)),
          roomy ? "HTTP://192.0.2.17:8620" : null,
          `${reader} at ${panelName(panel)} ${name}`,
        );
    }
  }
});

test("no page is offered where it can't be opened, nor on a device that is paired or on its way", () => {
  const page = ["http://192.0.2.17:8620", "http://camera.local:8620"];
  const network = [{ interface: "wlan0", address: "192.0.2.17", wifi: null }];
  const of = (...args: Parameters<typeof snapshotOf>) => screenOf(snapshotOf(...args), CATALOGUE.en).network;
  assert.equal(of("idle", { page, network })?.page?.link, page[0]);
  assert.deepEqual(of("idle", { page: [], network }), {
    place: "wlan0 192.0.2.17",
    wifi: null,
    page: null,
  });
  assert.equal(of("idle", { page: ["http://camera.local:8620"], network: [] }), null);
  assert.equal(of("requesting-code", { page, network }), null);
  assert.equal(of("paired", { page, network, health: [problem("no-dns")] }), null);
  const two = [{ interface: "eth0", address: "2001:db8::7", wifi: null }, ...network];
  assert.equal(
    of("idle", { page: ["http://[2001:db8::7]:8620", ...page], network: two })?.page?.link,
    page[0],
  );
  assert.equal(
    of("idle", { page: ["http://[2001:db8::7]:8620"], network: two })?.page?.link,
    "http://[2001:db8::7]:8620",
  );
});
