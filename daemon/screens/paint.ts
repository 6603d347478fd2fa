import type { Picture } from "../../hw/picture/picture.ts";
import { clockTime } from "../core/text.ts";
import type { QrFit } from "../qr/qr.ts";
import type { Fonts } from "../type/fonts.ts";
import { setLine } from "../type/type.ts";
import { Canvas } from "./canvas.ts";
import type { Item } from "./column.ts";
import { type Layout, layout, type Panel, slotOf } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { SYMBOLS } from "./symbols.ts";
import type { Theme } from "./theme.ts";

export interface Painted {
  readonly picture: Picture;
  /** How the QR code is drawn; null where the picture has none. */
  readonly qr: QrFit | null;
}

/** A screen as pixels, for any panel. Pure; takes one byte of memory a pixel. */
export function paint(screen: Screen, panel: Panel, fonts: Fonts): Painted {
  const plan = layout(screen, panel, fonts);
  return withBar(drawStill(plan, panel), plan, screen, panel);
}

interface Page {
  readonly key: string;
  readonly fonts: Fonts;
  readonly plan: Layout;
  readonly canvas: Canvas;
}

/**
 * `paint` that draws all but the bar once and not again for each second of a countdown, in the memory of two pictures:
 * while a display shows the one, and compares with it, the next is drawn over the last but one.
 */
export function createPainter(): typeof paint {
  let shown: Page | null = null;
  let worn: Page | null = null;
  return (screen, panel, fonts) => {
    const { width, height, monochrome } = panel;
    const timeless = { ...screen, code: screen.code && { ...screen.code, secondsLeft: 0, shareLeft: 0 } };
    const key = JSON.stringify([timeless, slotOf(screen, panel), width, height, monochrome]);
    const shows = (page: Page) => page.key === key && page.fonts === fonts;
    const over = worn?.canvas ?? null;
    let page: Page;
    if (shown === null || !shows(shown)) {
      const plan = layout(screen, panel, fonts);
      page = { key, fonts, plan, canvas: drawStill(plan, panel, over) };
    } else if (!shown.plan.items.some(({ kind }) => kind === "bar"))
      return { picture: shown.canvas.picture(), qr: shown.plan.qr };
    else page = worn !== null && shows(worn) ? worn : { ...shown, canvas: shown.canvas.copy(over) };
    [shown, worn] = [page, shown];
    return withBar(page.canvas, page.plan, screen, panel);
  };
}

function drawStill(
  { theme, items }: Layout,
  { width, height, monochrome }: Panel,
  worn: Canvas | null = null,
): Canvas {
  const canvas = new Canvas(width, height, theme.background, !monochrome, worn);
  for (const item of items)
    if (item.kind !== "bar" && item.kind !== "time") drawItem(canvas, item, theme, monochrome);
  return canvas;
}

/** The canvas with the time left, on which there may be another one. */
function withBar(
  canvas: Canvas,
  { theme, items, qr }: Layout,
  { code }: Screen,
  { monochrome }: Panel,
): Painted {
  for (const item of items) {
    if (item.kind === "bar") drawBar(canvas, item, code?.shareLeft ?? 0, theme, monochrome);
    if (item.kind === "time") drawTime(canvas, item, code?.secondsLeft ?? 0, theme, monochrome);
  }
  return { picture: canvas.picture(), qr };
}

function drawBar(
  canvas: Canvas,
  { box, color, track }: Extract<Item, { kind: "bar" }>,
  shareLeft: number,
  theme: Theme,
  monochrome: boolean,
): void {
  const filled = { ...box, width: Math.round(box.width * shareLeft) };
  if (monochrome) {
    canvas.rectangle(box, theme.background);
    canvas.rectangle({ ...box, y: box.y + box.height - 1, height: 1 }, color);
    canvas.rectangle(filled, color);
    return;
  }
  canvas.rounded(box, box.height / 2, track, theme.background);
  if (filled.width >= box.height) canvas.rounded(filled, box.height / 2, color, theme.background);
}

/** On the right, so that the digits stand where they stood. */
function drawTime(
  canvas: Canvas,
  { box, baseline, fonts, style, color }: Extract<Item, { kind: "time" }>,
  secondsLeft: number,
  theme: Theme,
  monochrome: boolean,
): void {
  canvas.rectangle(box, theme.background);
  const line = setLine(fonts, clockTime(secondsLeft), style);
  if (line.width > box.width) return;
  const place = { ...box, x: box.x + box.width - line.width, width: line.width };
  drawItem(canvas, { kind: "text", line, box: place, baseline, color }, theme, monochrome);
}

function drawItem(
  canvas: Canvas,
  item: Exclude<Item, { kind: "bar" | "time" }>,
  theme: Theme,
  monochrome: boolean,
): void {
  switch (item.kind) {
    case "text":
      for (const mark of item.line.marks) {
        const x = item.box.x + mark.x;
        if (mark.kind === "outline")
          canvas.path(mark.path, mark.scale, { x, y: item.baseline }, item.color, theme.background);
        else if (mark.kind === "bitmap")
          canvas.bitmap(mark.bitmap, mark.scale, { x, y: item.baseline }, theme.background);
        else {
          const { glyph } = mark;
          const at = { x: Math.round(x) + glyph.left, y: item.baseline - glyph.bottom - glyph.height };
          canvas.dots(at, { width: glyph.width, height: glyph.height, unit: 1 }, glyph.bit, item.color);
        }
      }
      return;
    case "symbol": {
      const half = item.box.width / 2;
      for (const layer of SYMBOLS[item.symbol])
        canvas.path(
          layer.path,
          half,
          { x: item.box.x + half, y: item.box.y + half },
          layer.cut ? theme.background : item.color,
          layer.cut ? item.color : theme.background,
        );
      return;
    }
    case "qr": {
      const { box, matrix, fit } = item;
      canvas.rounded(box, monochrome ? 0 : fit.module, theme.card, theme.background);
      const inset = Math.floor((box.width - matrix.size * fit.module) / 2);
      canvas.dots(
        { x: box.x + inset, y: box.y + inset },
        { width: matrix.size, height: matrix.size, unit: fit.module },
        matrix.dark,
        theme.ink,
      );
      return;
    }
  }
}
