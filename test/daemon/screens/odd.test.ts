import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PROBLEM_CODES } from "../../../daemon/contract/problems.ts";
import { STATES } from "../../../daemon/contract/states.ts";
import { paintCells } from "../../../daemon/screens/cells.ts";
import { createPainter, paint } from "../../../daemon/screens/paint.ts";
import { screenOf } from "../../../daemon/screens/screen.ts";
import { LANGUAGES } from "../../../daemon/texts/languages.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import type { Picture } from "../../../hw/picture/picture.ts";
import { DEVICE, OFFER, problem, snapshotOf } from "./snapshots.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.constantFrom("", " ", "\u0000", "\u200D", "a".repeat(5000), "שלום", "…", "\u202Eabc", "🎬".repeat(50)),
);
const link = fc.option(fc.oneof(fc.webUrl(), text, fc.constant(`https://next.frame.io/${"x".repeat(300)}`)), {
  nil: null,
});
const snapshots = fc.record({
  state: fc.constantFrom(...STATES),
  name: text,
  clientId: text,
  userCode: fc.oneof(fc.stringMatching(/^\d{6}$/), text),
  uri: link,
  complete: link,
  expiresIn: fc.integer({ min: -10, max: 1e9 }),
  project: fc.option(text, { nil: null }),
  problems: fc.uniqueArray(fc.constantFrom(...PROBLEM_CODES), { maxLength: 4 }),
});
const sizes = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 400 }));
const fonts = new Map(LANGUAGES.map((l) => [l, loadFonts(l)]));

test("whatever the daemon says and however large the panel, there is a picture of its size", () => {
  fc.assert(
    fc.property(
      snapshots,
      sizes,
      fc.boolean(),
      fc.constantFrom(...LANGUAGES),
      (odd, [width, height], mono, l) => {
        const snapshot = snapshotOf(odd.state, {
          device: { ...DEVICE, name: odd.name, client_id: odd.clientId },
          pairing: {
            ...OFFER,
            user_code: odd.userCode,
            verification_uri: odd.uri,
            verification_uri_complete: odd.complete,
            expires_in: odd.expiresIn,
          },
          project: odd.project === null ? null : { id: "1", name: odd.project },
          health: odd.problems.map(problem),
        });
        const screen = screenOf(snapshot, CATALOGUE[l], { lifetime: odd.expiresIn });
        const installed = fonts.get(l);
        assert.ok(installed);
        const { picture } = paint(screen, { width, height, monochrome: mono }, installed);
        assert.equal(picture.width, width);
        assert.equal(picture.height, height);
        assert.equal(picture.pixels.length, width * height);
        assert.ok(picture.palette.length <= (mono ? 2 : 256));
        assert.ok(picture.pixels.every((index) => index < picture.palette.length));
        const [columns, rows] = [Math.ceil(width / 4), Math.ceil(height / 8)];
        assert.equal(paintCells(screen, columns, rows).picture.lines.length, rows);
      },
    ),
    { numRuns: 100 },
  );
});

test("a monochrome picture has two colours and nothing between", () => {
  const installed = fonts.get("en");
  assert.ok(installed);
  for (const state of STATES) {
    const panel = { width: 400, height: 240, monochrome: true };
    const { picture } = paint(screenOf(snapshotOf(state), CATALOGUE.en), panel, installed);
    assert.deepEqual([...picture.palette].sort(), [0x000000, 0xffffff]);
  }
});

test("a second of the countdown changes less than a hundredth of the pixels, and nothing but the bar", () => {
  const installed = fonts.get("en");
  assert.ok(installed);
  const painter = createPainter();
  for (const [width, height] of [
    [128, 64],
    [240, 240],
    [800, 480],
    [1920, 1080],
  ] as const) {
    const panel = { width, height, monochrome: width === 128 };
    const [before, next] = [60, 59].map((expires_in) => {
      const snapshot = snapshotOf("awaiting-user", { pairing: { ...OFFER, expires_in } });
      return painter(screenOf(snapshot, CATALOGUE.en, { lifetime: 120 }), panel, installed).picture.pixels;
    });
    const changed = before?.reduce((sum, index, at) => sum + Number(index !== next?.[at]), 0) ?? 0;
    assert.ok(changed < 0.01 * width * height, `${width}x${height}: ${changed}`);
  }
});

test("a painter gives what paint gives, whatever it has painted before, and leaves the last picture as it was", () => {
  const installed = fonts.get("de");
  assert.ok(installed);
  const painter = createPainter();
  const shown: { readonly picture: Picture; readonly pixels: Uint8Array }[] = [];
  for (const [width, height, monochrome, state, expires_in] of [
    [320, 240, false, "awaiting-user", 100],
    [320, 240, false, "awaiting-user", 50],
    [320, 240, false, "awaiting-user", 90],
    [320, 240, false, "paired", 0],
    [320, 240, false, "paired", 0],
    [320, 240, false, "awaiting-user", 80],
    [240, 320, false, "awaiting-user", 50],
    [128, 64, true, "awaiting-user", 106],
    [128, 64, true, "awaiting-user", 105],
    [128, 64, true, "awaiting-user", 100],
    [320, 240, true, "awaiting-user", 50],
    [320, 240, true, "awaiting-user", 40],
    [320, 240, true, "awaiting-user", 30],
    [320, 240, true, "idle", 0],
    [320, 240, false, "awaiting-user", 1],
  ] as const) {
    const pairing = state === "awaiting-user" ? { ...OFFER, expires_in } : null;
    const screen = screenOf(snapshotOf(state, { pairing }), CATALOGUE.de, { lifetime: 120 });
    const panel = { width, height, monochrome };
    const painted = painter(screen, panel, installed);
    assert.deepEqual(painted, paint(screen, panel, installed));
    const last = shown.at(-1);
    assert.deepEqual(last?.picture.pixels, last?.pixels);
    shown.push({ picture: painted.picture, pixels: painted.picture.pixels.slice() });
  }
});
