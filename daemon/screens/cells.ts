import type { CellPicture } from "../../hw/displays/contract/display.ts";
import { cellWidth } from "../core/cell-width.ts";
import { clockTime, graphemes, grouped, printable, shortened } from "../core/text.ts";
import { halfBlocks } from "../qr/half-blocks.ts";
import { type QrFit, type QrMatrix, qrMatrix, qrPayload } from "../qr/qr.ts";
import { unbroken, wholeAddresses, wrap } from "../type/breaks.ts";
import type { Screen, ScreenCode } from "./screen.ts";

export interface CellPainted {
  readonly picture: CellPicture;
  /** Of the code on offer, in cells, though modules are half as high; null where there is none. */
  readonly qr: QrFit | null;
}

/** Cells of text beside a QR code, below which it stands under it. */
const LEAST_BESIDE = 26;
const GAP = 3;
const MARGIN = 2;

/**
 * A screen as characters, without colours: for serial consoles and SSH. Two modules of the QR code share a cell, one above
 * the other; light modules are drawn and dark ones left out, as terminals are mostly dark.
 *
 * @param utf8 whether there are half blocks: made of whole cells, a code has room on hardly any terminal
 */
export function paintCells(screen: Screen, columns: number, rows: number, utf8 = true): CellPainted {
  const code = screen.code;
  const link = code === null ? screen.network?.page?.link : code.link;
  const symbol = link == null || !utf8 ? null : fittingQr(link, columns, rows);
  const lines = symbol === null ? textLines(screen, columns, rows) : qrLines(screen, symbol, columns, rows);
  const top = Math.max(0, Math.floor((rows - lines.length) / 2));
  return {
    picture: {
      columns,
      rows,
      lines: Array.from({ length: rows }, (_, row) => lines[row - top] ?? ""),
    },
    qr: symbol === null || code === null ? null : { module: 1, quiet: symbol.quiet },
  };
}

interface CellQr {
  readonly lines: readonly string[];
  readonly width: number;
  readonly quiet: number;
  readonly beside: boolean;
}

function fittingQr(link: string, columns: number, rows: number): CellQr | null {
  let matrix: QrMatrix;
  try {
    matrix = qrMatrix(qrPayload(link));
  } catch {
    return null;
  }
  for (const quiet of [4, 2]) {
    const width = matrix.size + 2 * quiet;
    const height = Math.ceil(width / 2);
    const beside = columns >= width + GAP + LEAST_BESIDE && rows >= height;
    if (beside || (columns >= width && rows >= height + 4))
      return { lines: halfBlocks(matrix, quiet), width, quiet, beside };
  }
  return null;
}

function qrLines(screen: Screen, symbol: CellQr, columns: number, rows: number): string[] {
  if (symbol.beside) {
    const text = fitted(screen, columns - symbol.width - GAP, symbol.lines.length);
    const top = Math.floor((symbol.lines.length - text.length) / 2);
    return symbol.lines.map((line, row) => `${line}${" ".repeat(GAP)}${text[row - top] ?? ""}`.trimEnd());
  }
  const left = " ".repeat(Math.floor((columns - symbol.width) / 2));
  const room = rows - symbol.lines.length;
  return [
    ...symbol.lines.map((line) => left + line),
    ...fitted(screen, columns, room).map((line) => centred(line, columns)),
  ];
}

function textLines(screen: Screen, columns: number, rows: number): string[] {
  const margin = columns >= 40 ? MARGIN : 0;
  const told = { ...screen, sentence: screen.code?.typed ?? screen.sentence };
  return fitted(told, columns - 2 * margin, rows).map((line) => centred(line, columns));
}

function centred(line: string, columns: number): string {
  return (" ".repeat(Math.max(0, Math.floor((columns - cellWidth(line)) / 2))) + line).trimEnd();
}

/** The text with as much in it as the rows hold. */
function fitted(screen: Screen, columns: number, rows: number): string[] {
  const { code, project } = screen;
  const name = (text: string | null) => (text === null ? null : [shortenedTo(text, columns)]);
  const paragraph = (text: string | null) => (text === null ? null : broken(text, columns));
  const title = project === null ? null : titled(project.name, columns, Math.min(4, rows));
  const device = name(screen.device.name);
  const digits = code === null ? null : [shortenedTo(grouped(code.userCode), columns)];
  const time = code === null ? null : [bar(code, columns)];
  const address = code?.address == null ? null : [shortenedTo(code.address, columns)];
  const headline = paragraph(screen.headline);
  const sentence = paragraph(screen.sentence);
  const held = paragraph(code?.held?.text ?? null);
  const choose = paragraph(code?.choose ?? null);
  const check = paragraph(code?.check ?? null);
  const notice = paragraph(screen.notice?.headline ?? null);
  const page = paragraph(screen.network?.page?.caption ?? null);
  const { network } = screen;
  const place = network && [network.wifi, network.place].filter((part) => part !== null).join(", ");
  const remedy = paragraph(screen.notice?.sentence ?? null);
  const choices =
    code === null
      ? project === null
        ? [
            [headline, sentence, page, name(place), device, notice, remedy],
            [headline, sentence, page, name(place), device, notice],
            [headline, sentence, page],
            [headline, sentence],
            [headline],
          ]
        : [
            [headline, title, device, notice, remedy],
            [headline, title, device, notice],
            [headline, title, device],
            [title],
          ]
      : [
          [headline, held, sentence, digits, time, choose, check, device, notice],
          [headline, held, sentence, digits, time, choose, check, device],
          [headline, held, sentence, digits, time, device, notice],
          [headline, held, sentence, digits, time, device],
          [headline, sentence, digits, time, device],
          [sentence, digits, time],
          [address, digits, time],
          [digits, time],
        ];
  for (const separator of [[""], []])
    for (const choice of choices) {
      const parts = choice.filter((part) => part !== null);
      const lines = parts.flatMap((part, index) => (index === 0 ? part : [...separator, ...part]));
      if (lines.length <= rows) return lines;
    }
  return (digits ?? headline ?? []).slice(0, rows);
}

function bar({ shareLeft, secondsLeft }: ScreenCode, columns: number): string {
  const time = clockTime(secondsLeft);
  const width = Math.min(30, columns - time.length - 1);
  if (width < 4) return shortenedTo(time, columns);
  const filled = Math.round(width * shareLeft);
  return `${"█".repeat(filled)}${"░".repeat(width - filled)} ${time}`;
}

/** A name on several lines, and what is beyond the last one cut off at the end. */
function titled(name: string, columns: number, most: number): string[] {
  const lines = broken(printable(name), columns);
  if (lines.length <= most) return lines;
  const last = graphemes(lines[most - 1] ?? "");
  while (last.length > 0 && cellWidth(`${last.join("")}…`) > columns) last.pop();
  return [...lines.slice(0, most - 1), `${last.join("")}…`];
}

function broken(text: string, columns: number): string[] {
  return (
    wrap(wholeAddresses(text), columns, cellWidth) ??
    wrap(text, columns, cellWidth) ??
    // A word is wider than the terminal: it is torn where the row ends.
    unbroken(text)
      .split(" ")
      .flatMap((word) => torn(word, columns))
  );
}

function torn(word: string, columns: number): string[] {
  const lines = [""];
  for (const char of graphemes(word)) {
    const last = lines.length - 1;
    if (cellWidth(lines[last] + char) > columns && lines[last] !== "") lines.push(char);
    else lines[last] += char;
  }
  return lines;
}

function shortenedTo(name: string, columns: number): string {
  const text = printable(name);
  if (cellWidth(text) <= columns) return text;
  const parts = graphemes(text);
  const around = (head: number, tail: number) =>
    `${parts.slice(0, head).join("")}…${parts.slice(parts.length - tail).join("")}`;
  const { head, tail } = shortened(parts.length, (head, tail) => cellWidth(around(head, tail)) <= columns);
  return around(head, tail).slice(0, head === 0 ? columns : undefined);
}
