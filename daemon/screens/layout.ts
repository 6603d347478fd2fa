/** Where everything on a screen goes: pure, from what the screen says and the size of the panel. */
import type { PixelCapabilities } from "../../hw/displays/contract/display.ts";
import type { Rgb } from "../../hw/picture/picture.ts";
import { fitQr, type QrFit, type QrMatrix, qrMatrix, qrPayload } from "../qr/qr.ts";
import { breakableAddress } from "../type/breaks.ts";
import type { Fonts } from "../type/fonts.ts";
import { covered } from "../type/type.ts";
import {
  barBlock,
  digitsBlock,
  nameBlock,
  type Press,
  qrBlock,
  rowBlock,
  symbolBlock,
  tailBlock,
  textBlock,
  titleBlock,
} from "./blocks.ts";
import type { Box } from "./canvas.ts";
import { type Align, type Block, column, type Item } from "./column.ts";
import type { Screen, ScreenCode, ScreenNetwork } from "./screen.ts";
import { COLOUR, MONOCHROME, type Theme } from "./theme.ts";

/** The part of a panel's capabilities that decides about a picture. */
export type Panel = Pick<PixelCapabilities, "width" | "height" | "monochrome">;

export interface Layout {
  readonly theme: Theme;
  readonly items: readonly Item[];
  /** How the code on offer is drawn; null where there is none. */
  readonly qr: QrFit | null;
}

/** A card this wide scans from an arm's length; no panel that has the room gets a smaller one. */
const WANTED_CARD = 200;
/** Panels from this size on have room for every step of a pairing. */
const STEPS = { width: 480, unit: 320 };
/** And these for the time left as a number; on larger ones each second of it would cost a hundredth of all pixels. */
const NUMBER = { least: 240, most: 800 };
/** Panels from this size on have room for the QR code of the device's own page beside what is the matter. */
const PAGE = 240;
/** Of the width, or of the height: what is the matter comes first. */
const PAGE_SHARE = 0.42;
/** Panels with a shorter side than this have room for one thing at a time. */
const TINY = 100;
/** Lower panels show the digits alone, large enough to be read across a room. */
const ONE_THING = 48;
/** Seconds that each thing stays where there is room for one at a time: slow panels are drawn anew as often. */
const SLOT = 5;
/** So many of them have the code, to be scanned, before one tells what else there is. */
const CODE_SLOTS = 3;
/** Below this, text drawn pixel by pixel is easier to read than antialiased outlines. */
const CRISP = 130;

/** Pixels a side from which a symbol can be told from the others without grey; radio waves are the finest. */
const LEAST_SYMBOL = 12;
const LEAST_WAVES = 24;

/** With fewer pixels than this below the code, digits and address share one row. */
const ROOMY = 72;
/** Three digits in a row, where there is hardly any room. */
const LEAST_DIGITS = 36;

/** What Frame.io's codes are (API facts §3.1); the border lets nothing else through. */
const SIX_DIGITS = /^\d{6}$/;

interface Frame extends Panel {
  readonly press: Press;
  readonly theme: Theme;
  /** The shorter side: what all sizes are measured by. */
  readonly unit: number;
  readonly margin: number;
  /** Small panels have less room between things, by this factor. */
  readonly air: number;
  readonly text: { readonly headline: number; readonly sentence: number; readonly label: number };
}

/**
 * Which of the things that take turns is on: counted from when the code was first seen. Where there is room for all that
 * is to be told there is one alone.
 */
export function slotOf({ code, notice }: Screen, { width, height }: Panel): number {
  if (code === null || code.shareLeft === 0) return 0;
  const unit = Math.min(width, height);
  const besides = code.held !== null || notice?.headline != null;
  if (unit >= TINY && (!besides || isRoomy({ width, unit }))) return 0;
  return Math.floor((Math.round(code.secondsLeft / code.shareLeft) - code.secondsLeft) / SLOT);
}

/** The time left has no say in it beyond its slot: one layout serves a whole countdown on most panels. */
export function layout(screen: Screen, panel: Panel, fonts: Fonts): Layout {
  const unit = Math.min(panel.width, panel.height);
  const crisp = panel.monochrome || unit < CRISP;
  const frame: Frame = {
    ...panel,
    press: { fonts, crisp, least: crisp ? 8 : Math.max(10, Math.round(unit * 0.034)) },
    theme: panel.monochrome ? MONOCHROME : COLOUR,
    unit,
    margin: unit < TINY ? 0 : Math.round(unit * (unit < 300 ? 0.034 : 0.06)),
    air: unit < 300 ? 0.6 : 1,
    text: {
      headline: unit < TINY ? 14 : Math.max(17, unit * 0.1),
      sentence: unit < TINY ? 8 : Math.max(13, unit * 0.056),
      label: unit < TINY ? 8 : Math.max(11, unit * 0.042),
    },
  };
  return screen.code === null ? message(screen, frame) : code(screen, screen.code, frame);
}

function inner({ width, height, margin, unit }: Frame): Box {
  const above = unit < TINY ? 0 : margin;
  // Against burn-in an OLED's picture moves by a pixel: words that end at the very edge would lose it.
  const spare = unit < TINY ? 1 : 0;
  return { x: margin, y: above, width: width - 2 * margin - spare, height: height - 2 * above };
}

/** Long lines are hard to read: on a wide panel text keeps away from its sides. */
function reading(frame: Frame): Box {
  const box = inner(frame);
  const aside = frame.unit < 200 ? 0 : Math.round(box.width * 0.06);
  return { ...box, x: box.x + aside, width: box.width - 2 * aside };
}

/** Fewer and fewer of the blocks: `order` names those that go, first to last. */
function choices<Name extends string>(
  blocks: Readonly<Record<Name, Block | null>>,
  order: readonly (readonly Name[])[],
): Block[][] {
  return order.map((names) =>
    names.flatMap((name) => {
      const block = blocks[name];
      return block === null ? [] : [block];
    }),
  );
}

function message(screen: Screen, frame: Frame): Layout {
  const { press, theme, unit, text } = frame;
  const lights = { red: theme.alarm, amber: theme.attention, blue: theme.accent, green: theme.good };
  const color = lights[screen.light];
  const project = screen.project === null ? null : (drawable(press.fonts, screen.project.name) ?? "");
  const device = drawable(press.fonts, screen.device.name) ?? drawable(press.fonts, screen.device.fallback);
  const leastSymbol = screen.symbol === "offline" ? LEAST_WAVES : LEAST_SYMBOL;
  const noticed = screen.notice?.headline ?? null;
  const card = pageCard(screen, frame);
  const beside = isWide(frame);
  const sentence = (words: string) =>
    textBlock(press, words, {
      size: text.sentence,
      weight: "regular",
      color: theme.soft,
      gap: unit * 0.025,
      lines: 6,
    });
  const named = (lines: number) =>
    project === null
      ? null
      : project === ""
        ? sentence(screen.project?.fallback ?? "")
        : titleBlock(press, project, {
            size: text.headline * 1.1,
            weight: "bold",
            color: theme.text,
            gap: unit * 0.015,
            lines,
          });
  const small = (words: string) =>
    textBlock(press, words, {
      size: text.label,
      weight: "regular",
      color: theme.soft,
      gap: unit * 0.025,
      lines: 3,
    });
  const blocks = {
    symbol: symbolBlock(screen.symbol, unit * 0.2, press.crisp ? leastSymbol : 0, color),
    headline: textBlock(press, screen.headline, {
      size: project === null ? text.headline : text.sentence,
      weight: "bold",
      color: project === null ? theme.text : color,
      gap: unit * 0.05,
      lines: 3,
    }),
    sentence: sentence(screen.sentence),
    step: sentence(lastSentence(screen.sentence)),
    project: named(6),
    beginning: named(3),
    first: named(1),
    device:
      device === null
        ? null
        : nameBlock(press, device, {
            size: text.label,
            weight: "regular",
            color: theme.soft,
            gap: unit * (project === null ? 0.07 : 0.03),
          }),
    qr: card === null || beside ? null : qrBlock(card.matrix, card.fit, card.side, unit * 0.04),
    page: card === null ? null : small(screen.network?.page?.caption ?? ""),
    network: screen.network === null ? null : small(placeOf(screen.network, press.fonts)),
    notice:
      noticed === null
        ? null
        : textBlock(press, noticed, {
            size: text.label,
            weight: "bold",
            color: theme.attention,
            gap: unit * 0.06,
            lines: 2,
          }),
    remedy:
      screen.notice === null
        ? null
        : textBlock(press, screen.notice.sentence, {
            size: text.label,
            weight: "regular",
            color: theme.soft,
            gap: unit * (noticed === null ? 0.06 : 0.01),
            lines: 3,
          }),
  };
  const order =
    project === null
      ? ([
          ...(card === null ? [] : WITH_PAGE),
          ["symbol", "headline", "sentence", "device", "network", "notice", "remedy"],
          ["symbol", "headline", "sentence", "device", "network", "notice"],
          ["symbol", "headline", "sentence", "device", "notice"],
          ["symbol", "headline", "sentence", "notice"],
          ["headline", "sentence", "notice"],
          ["headline", "sentence"],
        ] as const)
      : ([
          ["symbol", "headline", "project", "device", "notice", "remedy"],
          ["headline", "project", "device", "notice", "remedy"],
          ["symbol", "headline", "project", "device", "notice"],
          ["headline", "project", "device", "notice"],
          ["headline", "project", "device"],
          ["headline", "project"],
        ] as const);
  // Where hardly anything has room, it is what to do.
  const last =
    project === null
      ? ([["sentence"], ["headline", "step"], ["step"], ["headline"]] as const)
      : ([["project"], ["beginning"], ["first"]] as const);
  if (card !== null && beside) {
    const items = besidePage(choices(blocks, order), card, frame);
    if (items !== null) return { theme, items, qr: null };
  }
  let items = column(choices(blocks, order), reading(frame), "middle");
  for (const names of last) items ??= column(choices(blocks, [names]), inner(frame), "middle");
  return { theme, items: items ?? [], qr: null };
}

/** What stands in a column with the device's page, best first. */
const WITH_PAGE = [
  ["symbol", "headline", "sentence", "qr", "page", "network", "device", "notice"],
  ["headline", "sentence", "qr", "page", "network", "device", "notice"],
  ["headline", "sentence", "qr", "page", "network"],
  ["headline", "sentence", "qr", "page"],
] as const;

function pageCard({ network }: Screen, frame: Frame): Card | null {
  const page = network?.page ?? null;
  if (page === null || frame.unit < PAGE) return null;
  const matrix = symbolOf(page.link);
  const { width, height } = inner(frame);
  const room = isWide(frame) ? Math.min(height, width * PAGE_SHARE) : Math.min(width, height * PAGE_SHARE);
  return matrix === null ? null : cardOf(matrix, Math.floor(room));
}

/** What is the matter, and on its right the way to the device's page. */
function besidePage(words: Block[][], card: Card, frame: Frame): Item[] | null {
  const box = inner(frame);
  const gap = Math.round(frame.margin * 1.2);
  const qr = qrBlock(card.matrix, card.fit, card.side, 0).set(card.side, 1);
  const items = column(words, { ...box, width: box.width - card.side - gap }, "start");
  if (qr === null || items === null) return null;
  const x = box.x + box.width - card.side;
  const y = box.y + Math.floor((box.height - card.side) / 2);
  return [...items, ...qr.place({ x, y, width: card.side, height: card.side }, "start")];
}

/** A name that can't be drawn is left out: interface and address do as well. */
function placeOf({ place, wifi }: ScreenNetwork, fonts: Fonts): string {
  const name = wifi === null ? null : drawable(fonts, wifi);
  return name === null ? place : `${name}, ${place}`;
}

/** What to do comes last, after what is the matter. */
function lastSentence(text: string): string {
  return text.split(/(?<=[.!?]) (?=\p{Lu})|(?<=。)\u200B/u).at(-1) ?? text;
}

function code(screen: Screen, offered: ScreenCode, frame: Frame): Layout {
  const first = codeAlone(screen, offered, frame);
  const slot = slotOf(screen, frame);
  if (slot % (CODE_SLOTS + 1) < CODE_SLOTS) return first;
  // Elsewhere the code stays, and the way to it makes room.
  if (frame.unit >= TINY)
    return codeAlone({ ...screen, sentence: "" }, { ...offered, address: null, typed: "" }, frame);
  const told = besides(first.qr === null ? unscanned(screen, offered) : screen, offered, frame);
  const items = told[Math.floor(slot / (CODE_SLOTS + 1)) % told.length];
  return items === undefined ? first : { ...first, items };
}

/** What a code that fills the panel leaves out: where the digits belong, which device it is, what is to be known besides. */
function besides(screen: Screen, offered: ScreenCode, frame: Frame): Item[][] {
  const { press, theme, text } = frame;
  const box = inner(frame);
  const device = drawable(press.fonts, screen.device.name) ?? drawable(press.fonts, screen.device.fallback);
  const { sentence, address, digits, bar, held, notice } = codeBlocks(screen, offered, frame, {
    ...box,
    stacked: false,
  });
  const words = { size: text.sentence, weight: "regular", color: theme.soft, gap: 0, lines: 2 } as const;
  const check = textBlock(press, offered.check, words);
  const name =
    device === null
      ? null
      : nameBlock(press, device, { size: text.headline, weight: "bold", color: theme.text, gap: 4 });
  const turns: readonly (readonly (Block | null)[])[][] = [
    [[sentence, digits, bar], ...(address === null ? [] : [[address, digits, bar]]), [sentence]],
    name === null ? [] : [[check, name]],
    [[held, notice]],
  ];
  return turns.flatMap((choice) => {
    const blocks = choice.map((row) => row.filter((block) => block !== null));
    const items = blocks[0]?.length === 0 ? null : column(blocks, box, "middle");
    return items === null ? [] : [items];
  });
}

function codeAlone(screen: Screen, offered: ScreenCode, frame: Frame): Layout {
  const { width, height, unit } = frame;
  const beside = isWide(frame);
  const matrix = offered.link === null ? null : symbolOf(offered.link);
  if (matrix !== null) {
    const card = beside ? cardBeside(matrix, frame) : cardAbove(matrix, frame);
    if (card !== null) {
      const items = beside
        ? besideCode(screen, offered, card, frame)
        : belowCode(screen, offered, card, frame);
      if (items !== null) return { theme: frame.theme, items, qr: card.fit };
    }
  }
  const blocks = codeBlocks(unscanned(screen, offered), offered, frame, {
    width: width - 2 * frame.margin,
    height: unit < TINY ? height : height * 0.3,
    stacked: false,
  });
  const box = unit < TINY ? { x: 0, y: 0, width, height } : inner(frame);
  const items = columnOf(
    blocks,
    box,
    "middle",
    height < ONE_THING
      ? []
      : [...toldBeside(frame), ["sentence", "digits", "bar"], ["address", "digits", "bar"]],
  );
  return { theme: frame.theme, items: items ?? [], qr: null };
}

/** The same where there is nothing to scan. */
function unscanned(screen: Screen, { typed }: ScreenCode): Screen {
  return { ...screen, sentence: typed };
}

/** What is said beside the digits, ever less. */
function toldBeside(frame: Frame) {
  return [
    ...stepped(frame, ["headline", "held", "step1", "digits", "bar", "step2", "step3", "name", "notice"]),
    ["headline", "held", "sentence", "digits", "bar", "device", "notice"],
    ["headline", "held", "sentence", "digits", "bar", "device"],
    ["headline", "sentence", "digits", "bar", "device"],
    ["headline", "sentence", "digits", "bar"],
  ] as const;
}

interface Card {
  readonly matrix: QrMatrix;
  readonly fit: QrFit;
  /** Pixels of the white square. */
  readonly side: number;
}

function symbolOf(link: string): QrMatrix | null {
  try {
    return qrMatrix(qrPayload(link));
  } catch {
    return null;
  }
}

function cardOf(matrix: QrMatrix, room: number): Card | null {
  const fit = fitQr(matrix.size, room);
  if (fit === null) return null;
  const side = matrix.size * fit.module + 2 * fit.quiet;
  return { matrix, fit, side: side < WANTED_CARD && room >= WANTED_CARD ? WANTED_CARD : side };
}

/** Beside the code stand the digits; they want their share of the width. */
function cardBeside(matrix: QrMatrix, { width, height, margin, unit }: Frame): Card | null {
  if (unit < TINY) return cardOf(matrix, Math.min(height, width - LEAST_DIGITS));
  const edge = unit < 200 ? 0 : margin;
  const most = Math.max(width * (unit < STEPS.unit ? 0.55 : 0.5), Math.min(WANTED_CARD, width * 0.63));
  return cardOf(matrix, Math.floor(Math.min(height - 2 * edge, most)));
}

/** Below the code stand the digits; they want two fifths of the height, and a small panel's last 40 pixels. */
function cardAbove(matrix: QrMatrix, { width, height, margin, unit }: Frame): Card | null {
  const edge = unit < 200 ? 0 : margin;
  return cardOf(
    matrix,
    Math.floor(Math.min(width - 2 * edge, Math.max(height * 0.56, Math.min(WANTED_CARD, height - 40)))),
  );
}

function besideCode(screen: Screen, offered: ScreenCode, card: Card, frame: Frame): Item[] | null {
  const { width, height, margin, unit } = frame;
  const edge = Math.floor((height - card.side) / 2);
  const qr = qrBlock(card.matrix, card.fit, card.side, 0).set(card.side, 1);
  if (qr === null) return null;
  const left = Math.min(edge, margin);
  const gap = unit < TINY ? 3 : Math.max(8, Math.round(margin * 1.2));
  const box: Box = {
    x: left + card.side + gap,
    y: unit < TINY ? 0 : margin,
    width: width - left - card.side - gap - (unit < TINY ? 1 : margin),
    height: height - (unit < TINY ? 0 : 2 * margin),
  };
  const oneLine = isRoomy(frame) || box.width / 4.3 >= (unit < TINY ? 0.25 : 0.12) * height;
  const blocks = codeBlocks(screen, offered, frame, {
    width: box.width,
    height: unit < TINY ? height : height * 0.3,
    stacked: !oneLine,
  });
  const items =
    unit < TINY
      ? columnOf(blocks, box, "middle", [])
      : columnOf(blocks, box, "start", [
          ...toldBeside(frame),
          ["headline", "address", "digits", "bar"],
          ["address", "digits", "bar"],
        ]);
  return items === null
    ? null
    : [...qr.place({ x: left, y: edge, width: card.side, height: card.side }, "start"), ...items];
}

function belowCode(screen: Screen, offered: ScreenCode, card: Card, frame: Frame): Item[] | null {
  const { width, height, margin } = frame;
  const below = height - card.side;
  if (below < ROOMY) return stripBelowCode(screen, offered, card, frame);
  const blocks = {
    ...codeBlocks(screen, offered, frame, {
      width: width - 2 * margin,
      height: below * 0.28,
      stacked: false,
    }),
    qr: qrBlock(card.matrix, card.fit, card.side, frame.unit * 0.04 * frame.air),
  };
  // On a narrow panel the card reaches beyond the margins, for the sake of larger modules.
  const x = Math.min(margin, Math.floor((width - card.side) / 2));
  return columnOf(
    blocks,
    { ...inner(frame), x, width: width - 2 * x },
    "middle",
    [
      ...stepped(frame, [
        "headline",
        "held",
        "qr",
        "step1",
        "digits",
        "bar",
        "step2",
        "step3",
        "name",
        "notice",
      ]),
      ["headline", "held", "qr", "sentence", "digits", "bar", "device", "notice"],
      ["headline", "held", "qr", "sentence", "digits", "bar", "device"],
      ["headline", "qr", "sentence", "digits", "bar", "device"],
      ["headline", "qr", "sentence", "digits", "bar"],
      ["headline", "qr", "address", "digits", "bar"],
      ["qr", "sentence", "digits", "bar"],
      ["qr", "address", "digits", "bar"],
    ],
    ["qr", "digits", "bar"],
  );
}

/** A small square panel: the code, and in the strip that is left the digits and the address in one row. */
function stripBelowCode(screen: Screen, offered: ScreenCode, card: Card, frame: Frame): Item[] | null {
  const { press, theme, width, height, margin, text } = frame;
  const edge = Math.min(margin, 6);
  const bar = Math.max(3, Math.round(frame.unit * 0.014));
  const gap = Math.round(frame.unit * 0.022);
  const strip = height - card.side - bar - 3 * gap;
  const digits = digitsOf(press, offered, { size: strip * 1.3, color: theme.text, gap: 0, stacked: false });
  const words =
    offered.address === null
      ? (offered.held?.fallback ?? screen.notice?.headline ?? null)
      : breakableAddress(offered.address);
  const address =
    words === null
      ? null
      : textBlock(press, words, {
          size: text.label,
          weight: "regular",
          color: theme.text,
          gap: 0,
          lines: 1,
        });
  const blocks = {
    qr: qrBlock(card.matrix, card.fit, card.side, 0),
    row: address === null ? null : rowBlock(digits, address, edge, gap),
    digits: { ...digits, gap },
    bar: barBlock(bar, theme.accent, theme.faint, gap, null),
  };
  return columnOf(
    blocks,
    { x: edge, y: 0, width: width - 2 * edge, height },
    "middle",
    address === null ? [] : [["qr", "row", "bar"]],
    ["qr", "digits", "bar"],
  );
}

/** Whether a code has its place beside the words, or above them. */
function isWide({ width, height }: Panel): boolean {
  return width >= height * 1.15;
}

function isRoomy({ width, unit }: Pick<Frame, "width" | "unit">): boolean {
  return width >= STEPS.width && unit >= STEPS.unit;
}

/** Every step, where there is room for them. */
function stepped<Name extends string>(frame: Frame, names: readonly Name[]): (readonly Name[])[] {
  return isRoomy(frame) ? [names] : [];
}

/** Shrinks a lot before it gives up the address: only the digits are worth more. */
function columnOf<Name extends string>(
  blocks: Readonly<Record<Name | "digits" | "bar", Block | null>>,
  box: Box,
  align: Align,
  order: readonly (readonly (Name | "digits" | "bar")[])[],
  last: readonly (Name | "digits" | "bar")[] = ["digits", "bar"],
): Item[] | null {
  return (
    column(choices(blocks, order), box, align) ??
    column(choices(blocks, [last, last.filter((name) => name !== "bar")]), box, align)
  );
}

/** @param room for the digits: the width for all six, the height of one */
function codeBlocks(
  screen: Screen,
  offered: ScreenCode,
  frame: Frame,
  room: { readonly width: number; readonly height: number; readonly stacked: boolean },
) {
  const { press, theme, unit, air, text } = frame;
  const device = drawable(press.fonts, screen.device.name) ?? drawable(press.fonts, screen.device.fallback);
  const small = unit < TINY;
  const digits = digitsOf(press, offered, {
    // As wide as the column, though what stands with them may have it shrink a little.
    size: Math.min(room.width / (room.stacked ? 2 : isRoomy(frame) ? 3.3 : 4), room.height),
    color: theme.text,
    gap: small ? 2 : unit * 0.065 * air,
    stacked: room.stacked,
  });
  const strong = offered.address === null ? {} : { strong: { text: offered.address, color: theme.text } };
  const step = (number: number, words: string) =>
    textBlock(press, `${number}.\u00A0${words}`, {
      size: text.sentence * 0.9,
      weight: "regular",
      color: theme.soft,
      gap: unit * (number === 3 ? 0.008 : 0.022),
      lines: 3,
      ...strong,
    });
  const { held } = offered;
  return {
    headline: textBlock(press, screen.headline, {
      size: text.headline,
      weight: "bold",
      color: theme.text,
      gap: 0,
      lines: 2,
    }),
    held:
      held === null
        ? null
        : textBlock(press, drawable(press.fonts, held.text) ?? held.fallback, {
            size: text.label,
            weight: "bold",
            color: theme.good,
            gap: unit * 0.015,
            lines: 3,
          }),
    step1: step(1, screen.sentence),
    step2: step(2, offered.choose),
    step3: step(3, offered.check),
    name:
      device === null
        ? null
        : tailBlock(press, device, {
            size: text.sentence * 0.9,
            color: theme.soft,
            strong: theme.text,
            gap: unit * 0.004,
          }),
    sentence:
      screen.sentence === ""
        ? null
        : textBlock(press, screen.sentence, {
            size: text.sentence,
            weight: "regular",
            color: theme.soft,
            gap: unit * 0.025,
            lines: 4,
            ...strong,
          }),
    address:
      offered.address === null
        ? null
        : textBlock(press, breakableAddress(offered.address), {
            size: text.label,
            weight: "regular",
            color: theme.text,
            gap: small ? 1 : unit * 0.02,
            lines: 2,
          }),
    digits,
    bar: barBlock(
      small ? 3 : Math.max(4, Math.round(unit * 0.014)),
      theme.accent,
      theme.faint,
      small ? 4 : unit * 0.05 * air,
      digits,
      unit < NUMBER.least || unit > NUMBER.most ? null : { press, size: text.label, color: theme.soft },
    ),
    device:
      device === null
        ? null
        : nameBlock(press, device, {
            size: text.label,
            weight: "regular",
            color: theme.soft,
            gap: unit * 0.04 * air,
          }),
    notice:
      screen.notice === null || screen.notice.headline === null
        ? null
        : textBlock(press, screen.notice.headline, {
            size: text.label,
            weight: "bold",
            color: theme.attention,
            gap: unit * 0.02,
            lines: 2,
          }),
  };
}

function digitsOf(
  press: Press,
  { userCode }: ScreenCode,
  options: { size: number; color: Rgb; gap: number; stacked: boolean },
): Block {
  return SIX_DIGITS.test(userCode)
    ? digitsBlock(press, [userCode.slice(0, 3), userCode.slice(3)], options)
    : nameBlock(press, userCode, { ...options, size: options.size / 2, weight: "bold" });
}

/**
 * What of a name can be drawn without a single replacement box: pictures, signs and marks may be missing from it,
 * letters and digits may not. Null where nothing is left to read.
 */
export function drawable(fonts: Fonts, name: string): string | null {
  if (fonts.names.has(name)) return name;
  const kept = Array.from(name).filter((char) => covered(fonts, char));
  const lost = Array.from(name).some((char) => !covered(fonts, char) && /[\p{L}\p{N}]/u.test(char));
  const left = kept.join("").replace(/\s+/g, " ").trim();
  return lost || left === "" ? null : left;
}
