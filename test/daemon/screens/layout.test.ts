import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot } from "../../../daemon/contract/snapshot.ts";
import type { Item } from "../../../daemon/screens/column.ts";
import { type Layout, layout, type Panel } from "../../../daemon/screens/layout.ts";
import { type Screen, screenOf } from "../../../daemon/screens/screen.ts";
import { LANGUAGES, type Language } from "../../../daemon/texts/languages.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import { loadFonts } from "../../../daemon/type/fonts.ts";
import { PANELS, panelName, SITUATIONS } from "./situations.ts";
import { DEVICE, OFFER, problem, snapshotOf } from "./snapshots.ts";

/** Sizes that no table of usual panels has. */
const ODD_PANELS: readonly Panel[] = [
  { width: 96, height: 64, monochrome: false },
  { width: 160, height: 80, monochrome: false },
  { width: 160, height: 128, monochrome: false },
  { width: 128, height: 128, monochrome: true },
  { width: 400, height: 240, monochrome: true },
  { width: 800, height: 480, monochrome: true },
  { width: 1920, height: 480, monochrome: false },
  { width: 720, height: 720, monochrome: false },
  { width: 1080, height: 1920, monochrome: false },
];

/** Without spaces and hyphens that a line break may have added or taken. */
function bare(text: string): string {
  return text.replace(/[\s\u00AD\u200B-]/g, "");
}

function shown({ items }: Layout): string {
  return bare(items.flatMap((item) => (item.kind === "text" ? [item.line.text] : [])).join(""));
}

/** What is really painted, to the pixel. */
function ink(item: Item): { left: number; top: number; right: number; bottom: number } {
  const { x, y, width, height } = item.box;
  if (item.kind !== "text") return { left: x, top: y, right: x + width, bottom: y + height };
  const edges = item.line.marks.map((mark) => {
    if (mark.kind === "pixels") {
      const left = x + mark.x + mark.glyph.left;
      const bottom = item.baseline - mark.glyph.bottom;
      return { left, top: bottom - mark.glyph.height, right: left + mark.glyph.width, bottom };
    }
    if (mark.kind === "bitmap") {
      const left = x + mark.x + mark.bitmap.left * mark.scale;
      const top = item.baseline - mark.bitmap.top * mark.scale;
      return {
        left,
        top,
        right: left + mark.bitmap.width * mark.scale,
        bottom: top + mark.bitmap.height * mark.scale,
      };
    }
    const xs: number[] = [];
    const ys: number[] = [];
    for (let at = 0; at < mark.path.length; at += mark.path[at] === 3 ? 5 : 3) {
      // The end points of curves lie on the outline; control points may lie outside it.
      const end = mark.path[at] === 3 ? at + 3 : at + 1;
      xs.push(x + mark.x + (mark.path[end] ?? 0) * mark.scale);
      ys.push(item.baseline - (mark.path[end + 1] ?? 0) * mark.scale);
    }
    return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
  });
  return {
    left: Math.min(...edges.map((edge) => edge.left)),
    top: Math.min(...edges.map((edge) => edge.top)),
    right: Math.max(...edges.map((edge) => edge.right)),
    bottom: Math.max(...edges.map((edge) => edge.bottom)),
  };
}

function checkPlaces(plan: Layout, panel: Panel, where: string): void {
  const inks = plan.items.map((item) => ({ item, ...ink(item) }));
  for (const [index, a] of inks.entries()) {
    const name = a.item.kind === "text" ? a.item.line.text : a.item.kind;
    assert.ok(
      a.left >= -0.5 && a.top >= -0.5 && a.right <= panel.width + 0.5 && a.bottom <= panel.height + 0.5,
      `${where}: "${name}" leaves the panel: ${JSON.stringify([a.left, a.top, a.right, a.bottom])}`,
    );
    for (const b of inks.slice(index + 1)) {
      const apart =
        a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5;
      const other = b.item.kind === "text" ? b.item.line.text : b.item.kind;
      assert.ok(apart, `${where}: "${name}" runs into "${other}"`);
    }
  }
}

/** What a person can't do without: everything, but on the smallest panels. */
function checkTexts(screen: Screen, plan: Layout, panel: Panel, where: string): void {
  const text = shown(plan);
  const small = Math.min(panel.width, panel.height);
  const has = (wanted: string, what: string) =>
    assert.ok(text.includes(bare(wanted)), `${where}: ${what} is cut or missing: "${wanted}" in "${text}"`);
  if (screen.code !== null) {
    has(screen.code.userCode, "the code");
    if (small >= 240 && screen.code.address !== null) has(screen.code.address, "the address");
    if (screen.code.address === null && small >= 100) has(screen.sentence, "the way");
    // A square has its code above all else.
    if (small < 320 || panel.width < 480 || panel.width === panel.height) return;
    has(screen.device.name, "the name to check");
    if (screen.code.held !== null) has(screen.code.held.text, "what it is still paired with");
    else if (screen.notice?.headline != null) has(screen.notice.headline, "the problem");
    else {
      has(screen.code.choose, "step 2");
      has(screen.code.check, "step 3");
    }
    return;
  }
  if (screen.project !== null) {
    has(screen.project.name, "the project");
    // A name of several lines is worth more than what the housing says as well.
    if (small >= (screen.project.name.length > 30 ? 100 : 64)) has(screen.device.name, "the device");
    return;
  }
  if (small > 64) has(screen.headline, "the headline");
  const step = screen.sentence.split(/(?<=[.。])\s*(?!io)/).findLast((part) => part !== "") ?? "";
  if (small > 32 && panel.width >= 128) has(screen.sentence, "the sentence");
  else has(step, "what to do");
}

for (const language of LANGUAGES)
  test(`${language}: nothing is cut, runs over or is left out, in any state on any panel`, () => {
    const fonts = loadFonts(language);
    for (const panel of [...PANELS, ...ODD_PANELS])
      for (const [name, snapshot] of Object.entries(SITUATIONS)) {
        const where = `${panelName(panel)} ${name}`;
        const screen = screenOf(snapshot, CATALOGUE[language]);
        const plan = layout(screen, panel, fonts);
        checkPlaces(plan, panel, where);
        checkTexts(screen, plan, panel, where);
      }
  });

test("the PIN that the page asks for is on every screen that leads to the page", () => {
  for (const language of LANGUAGES) {
    const fonts = loadFonts(language);
    for (const panel of PANELS.filter(({ height }) => height > 32))
      for (const name of ["idle-with-page", "unconfigured-with-page"]) {
        const screen = screenOf(SITUATIONS[name] as Snapshot, CATALOGUE[language], { pin: "271828" });
        const plan = layout(screen, panel, fonts);
        checkPlaces(plan, panel, name);
        const leads = name.startsWith("idle") || plan.items.some(({ kind }) => kind === "qr");
        assert.equal(
          shown(plan).includes("PIN271828"),
          leads,
          `${language} ${panelName(panel)} ${name}: ${shown(plan)}`,
        );
      }
  }
});

/** The screen of a code, this long after it was first seen. */
function codeAfter(seconds: number, language: Language, more: Partial<Snapshot> = {}): Screen {
  const pairing = { ...OFFER, expires_in: 120 - seconds };
  return screenOf(snapshotOf("awaiting-user", { pairing, ...more }), CATALOGUE[language], { lifetime: 120 });
}

const TURNS = [0, 15, 35, 55];

test("a panel that has room for one thing at a time tells in turn how to use the code, its name, what is besides", () => {
  for (const language of LANGUAGES) {
    const fonts = loadFonts(language);
    const texts = CATALOGUE[language].code;
    for (const height of [32, 64]) {
      const panel = { width: 128, height, monochrome: true };
      const told = (more: Partial<Snapshot>) =>
        TURNS.map((seconds) => {
          const plan = layout(codeAfter(seconds, language, more), panel, fonts);
          checkPlaces(plan, panel, `${language} ${height} ${seconds}`);
          for (const item of plan.items)
            if (item.kind === "text") assert.ok(ink(item).right <= panel.width - 1, item.line.text);
          return { text: shown(plan), qr: plan.qr };
        });
      const [code, way, name, again] = told({});
      const where = `${language} 128x${height}`;
      assert.deepEqual(code?.text, bare("482 913"), where);
      assert.ok(way?.text.includes("next.frame.io/pair"), `${where}: ${way?.text}`);
      assert.equal(name?.text, bare(texts.check + DEVICE.name), where);
      assert.equal(again?.text, way?.text, where);
      for (const each of [way, name])
        assert.deepEqual(each?.qr, code?.qr, "the code has not become too small");
      const [, , , held] = told({ project: { id: "1", name: "Feature Film" } });
      assert.equal(held?.text, bare(texts.stillPaired("Feature Film")), where);
      const [, , , notice] = told({ health: [problem("authorization-ended")] });
      assert.equal(notice?.text, bare(CATALOGUE[language].problems["authorization-ended"].headline), where);
    }
  }
});

test("of each twenty seconds a code has fifteen, the first of all; other panels keep it throughout", () => {
  const fonts = loadFonts("en");
  const digits = (panel: Panel) =>
    Array.from({ length: 24 }, (_, slot) =>
      shown(layout(codeAfter(slot * 5, "en"), panel, fonts)).endsWith(bare("482 913")) ? "c" : "-",
    ).join("");
  assert.equal(digits({ width: 128, height: 32, monochrome: true }), "ccc-".repeat(6));
  const large = { width: 240, height: 240, monochrome: false };
  const [first, ...later] = [0, 15, 115].map((seconds) => layout(codeAfter(seconds, "en"), large, fonts));
  for (const plan of later) assert.deepEqual([shown(plan), plan.qr], [first && shown(first), first?.qr]);
});

test("a small panel tells in its turn, beside the code, what it is still paired with and what is wrong", () => {
  for (const language of LANGUAGES) {
    const fonts = loadFonts(language);
    const { code, button, problems } = CATALOGUE[language];
    const besides = [
      [
        { project: { id: "1", name: "Feature Film" } },
        [code.stillPaired("Feature Film"), button.kept.headline],
      ],
      [{ health: [problem("authorization-ended")] }, [problems["authorization-ended"].headline]],
    ] as const;
    for (const [width, height] of [
      [240, 135],
      [240, 240],
      [320, 240],
      [240, 320],
    ] as const)
      for (const [more, texts] of besides) {
        const panel = { width, height, monochrome: false };
        const where = `${language} ${width}x${height}`;
        const plan = layout(codeAfter(15, language, more), panel, fonts);
        checkPlaces(plan, panel, where);
        assert.ok(plan.qr !== null && shown(plan).includes("482913"), where);
        assert.ok(
          texts.some((text) => shown(plan).includes(bare(text))),
          `${where}: ${shown(plan)}`,
        );
      }
  }
});

test("nobody is told to scan what is not there", () => {
  for (const language of LANGUAGES) {
    const { open } = CATALOGUE[language].code;
    const plan = layout(
      codeAfter(15, language),
      { width: 128, height: 32, monochrome: true },
      loadFonts(language),
    );
    const way = bare(open("next.frame.io/pair"));
    assert.ok(shown(plan) === way || shown(plan) === bare("next.frame.io/pair482913"), shown(plan));
  }
});

test("an address of numbers stays on one line", () => {
  for (const language of LANGUAGES) {
    const fonts = loadFonts(language);
    const more = {
      network: [{ interface: "wlan0", address: "192.168.100.217", wifi: null }],
      page: ["http://192.168.100.217:8620"],
    };
    const screen = screenOf(snapshotOf("idle", more), CATALOGUE[language], { pin: "271828" });
    // In the letters of Chinese the smallest panels have no line that is long enough.
    for (const panel of [...PANELS, ...ODD_PANELS].filter(({ width }) => language !== "zh" || width > 160)) {
      const plan = layout(screen, panel, fonts);
      checkPlaces(plan, panel, language);
      const lines = plan.items.flatMap((item) => (item.kind === "text" ? [bare(item.line.text)] : []));
      assert.ok(
        lines.some((line) => line.includes("192.168.100.217:8620")),
        `${language} ${panelName(panel)}: ${lines.join("|")}`,
      );
    }
  }
});

test("a screen on which nothing goes on names the Wi-Fi, where its name can be drawn", () => {
  const fonts = loadFonts("en");
  for (const [wifi, told] of [
    ["Location 4", "Location 4, wlan0 192.0.2.17"],
    ["東京", "wlan0 192.0.2.17"],
    [null, "wlan0 192.0.2.17"],
  ] as const) {
    const network = [{ interface: "wlan0", address: "192.0.2.17", wifi }];
    const screen = screenOf(snapshotOf("idle", { network, page: [] }), CATALOGUE.en);
    const texts = layout(screen, { width: 480, height: 320, monochrome: false }, fonts).items.flatMap(
      (item) => (item.kind === "text" ? [item.line.text] : []),
    );
    assert.ok(texts.includes(told), texts.join("|"));
  }
});

test("on an OLED no word reaches the last column, which is lost when the picture moves by a pixel", () => {
  for (const language of LANGUAGES) {
    const fonts = loadFonts(language);
    for (const panel of PANELS.filter(({ monochrome }) => monochrome))
      for (const [name, snapshot] of Object.entries(SITUATIONS))
        for (const item of layout(screenOf(snapshot, CATALOGUE[language]), panel, fonts).items)
          if (item.kind === "text")
            assert.ok(
              ink(item).right <= panel.width - 1,
              `${language} ${panelName(panel)} ${name}: ${item.line.text}`,
            );
  }
});

test("128x64 shows headline and sentence in the languages whose letters are small enough", () => {
  for (const language of ["en", "de", "es", "fr", "it", "ja", "ko", "pt"] as const) {
    const fonts = loadFonts(language);
    for (const [name, snapshot] of Object.entries(SITUATIONS)) {
      const screen = screenOf(snapshot, CATALOGUE[language]);
      if (screen.code !== null || screen.project !== null) continue;
      const plan = layout(screen, { width: 128, height: 64, monochrome: true }, fonts);
      assert.ok(
        shown(plan).includes(bare(screen.headline + screen.sentence)),
        `${language} ${name}: ${shown(plan)}`,
      );
    }
  }
});

test("a project's name takes as many lines as there is room for, and episodes are told apart on every panel", () => {
  const fonts = loadFonts("en");
  const named = (name: string, panel: Panel) =>
    layout(screenOf(snapshotOf("paired", { project: { id: "1", name } }), CATALOGUE.en), panel, fonts);
  for (const panel of PANELS) {
    const [three, four] = [3, 4].map((episode) =>
      shown(named(`Nordlicht – Staffel 2, Folge ${episode} „Die Rückkehr der Königin“`, panel)),
    );
    assert.notEqual(three, four, panelName(panel));
  }
  const long = named("An endless name ".repeat(40), { width: 320, height: 240, monochrome: false });
  const last = long.items.findLast((item) => item.kind === "text" && item.line.text.startsWith("An endless"));
  assert.ok(shown(long).includes("…"), "cut at the end");
  assert.ok(last !== undefined);
});

test("the end of the device's name stands out, and what is shortened is its beginning", () => {
  const fonts = loadFonts("en");
  const panel = { width: 800, height: 480, monochrome: false };
  for (const [name, head, tail] of [
    ["ACME R1 3F9A", "ACME R1", "3F9A"],
    ["ACME-R1-10000000A1B2C3D4", /^ACME-R1-/, "C3D4"],
    ["Demo-Camera-3347D071BC194903B37C3647358352BA", /^Demo-.*…/, "52BA"],
    ["R1", null, "R1"],
  ] as const) {
    const snapshot = snapshotOf("awaiting-user", {
      device: { ...snapshotOf("idle").device, name },
      project: { id: "1", name: "東京ドラマ" },
    });
    const { items } = layout(screenOf(snapshot, CATALOGUE.en), panel, fonts);
    const texts = items.flatMap((item) => (item.kind === "text" ? [item] : []));
    const end = texts.find(({ line }) => line.text === tail);
    assert.ok(end, `${name}: ${texts.map(({ line }) => line.text).join(" | ")}`);
    const begin = texts.find(({ line }) =>
      head === null ? false : typeof head === "string" ? line.text === head : head.test(line.text),
    );
    assert.ok(head === null || (begin !== undefined && end.line.capHeight > begin.line.capHeight), name);
    assert.ok(
      texts.some(({ line }) => line.text === CATALOGUE.en.button.kept.headline),
      "still paired, where the project's name can't be drawn",
    );
  }
});

test("the time left is written beside the bar on panels that have the room, and moves nothing", () => {
  const fonts = loadFonts("en");
  for (const panel of PANELS) {
    const screen = screenOf(snapshotOf("awaiting-user"), CATALOGUE.en);
    const times = layout(screen, panel, fonts).items.filter(({ kind }) => kind === "time");
    const small = Math.min(panel.width, panel.height);
    // In the strip of 240x240 the digits take all the room.
    const wanted = small >= 240 && small <= 800 && panel.width !== panel.height;
    assert.equal(times.length, Number(wanted), panelName(panel));
  }
});

test("a device that rests unpaired says how on: the button before the page, and neither where there is none", () => {
  const page = ["http://192.0.2.17:8620", "http://camera.local:8620"];
  const { press } = CATALOGUE.en.newCode;
  for (const [more, sentence] of [
    [{ has_button: true, page }, press],
    [{ page }, "Open 192.0.2.17:8620 to get a new code."],
    [{}, CATALOGUE.en.states.idle.sentence],
    [
      { has_button: true, health: [problem("authorization-ended")] },
      CATALOGUE.en.problems["authorization-ended"].sentence,
    ],
  ] as const)
    assert.equal(
      screenOf(snapshotOf("idle", more), CATALOGUE.en).sentence.replaceAll("\u200B", ""),
      sentence,
    );
});

test("a clock that is wrong is told with what it says, in every language and with a project beside it", () => {
  for (const language of LANGUAGES)
    for (const situation of ["clock-wrong-told", "paired-with-clock-wrong"]) {
      const snapshot = SITUATIONS[situation];
      assert.ok(snapshot);
      const screen = screenOf(snapshot, CATALOGUE[language]);
      const sentence = snapshot.state === "paired" ? screen.notice?.sentence : screen.sentence;
      assert.match(sentence ?? "", /2025-04-13 19:38 UTC/, `${language} ${situation}`);
      assert.equal(screen.light, "amber");
    }
});

test("a name that no font has leaves word where it can be read", () => {
  const project = { id: "1", name: "東京ドラマ 第3話" };
  for (const panel of PANELS) {
    const plan = layout(screenOf(snapshotOf("paired", { project }), CATALOGUE.en), panel, loadFonts("en"));
    assert.ok(shown(plan).includes(bare(CATALOGUE.en.nameElsewhere)), panelName(panel));
  }
});

for (const language of LANGUAGES)
  test(`${language}: every panel says both how long to hold the button and that letting go keeps the pairing`, () => {
    const fonts = loadFonts(language);
    const screen = screenOf(SITUATIONS["button-counting"] as Snapshot, CATALOGUE[language]);
    for (const panel of PANELS) {
      const text = shown(layout(screen, panel, fonts));
      assert.ok(text.includes(bare(screen.headline + screen.sentence)), `${panelName(panel)}: ${text}`);
    }
  });

test("on a 7 inch panel the digits can be read from 2 m, in every language and with a problem beside them", () => {
  for (const language of LANGUAGES)
    for (const situation of ["awaiting-user", "code-without-link", "code-with-problem"]) {
      const snapshot = SITUATIONS[situation];
      assert.ok(snapshot);
      const screen = screenOf(snapshot, CATALOGUE[language]);
      const fonts = loadFonts(language);
      for (const [width, height] of [
        [800, 480],
        [1024, 600],
      ] as const) {
        const plan = layout(screen, { width, height, monochrome: false }, fonts);
        const digits = plan.items.find((item) => item.kind === "text" && item.line.text === "482 913");
        assert.ok(digits?.kind === "text");
        // 154 mm across the panel. A sign's letters want a two-hundredth of the distance: 10 mm.
        const mm = digits.line.capHeight * (154 / width);
        assert.ok(mm >= 10, `${language} ${situation} ${width}x${height}: ${mm.toFixed(1)} mm`);
      }
    }
});
