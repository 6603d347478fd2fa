/**
 * Where a line may end: at a space, at a soft hyphen (U+00AD), which shows only there, and at a zero-width space
 * (U+200B). The texts bring these along; nothing is known here of any language.
 */

const SOFT_HYPHEN = "\u00AD";
const ZERO_WIDTH_SPACE = "\u200B";

/** What may not be torn, and what follows it where the line does not end there. */
interface Piece {
  readonly text: string;
  readonly glue: "" | " " | typeof SOFT_HYPHEN;
}

/** In the unit of the width that lines have. */
type WidthOf = (line: string) => number;

/** Breaks a text into as few lines as the width allows; null where a word is wider than the width. */
export function wrap(text: string, width: number, widthOf: WidthOf): string[] | null {
  return filled(pieces(text), width, widthOf);
}

/** The same lines as `wrap` makes, as even as they can be. @param step a difference in width that can't be seen */
export function wrapEvenly(text: string, width: number, widthOf: WidthOf, step: number): string[] | null {
  const list = pieces(text);
  const lines = filled(list, width, widthOf);
  if (lines === null || lines.length < 2) return lines;
  let [even, narrow, wide] = [lines, 0, width];
  while (wide - narrow > step) {
    const middle = (narrow + wide) / 2;
    const tried = filled(list, middle, widthOf);
    if (tried !== null && tried.length === lines.length) [even, wide] = [tried, middle];
    else narrow = middle;
  }
  return even;
}

/** The text as it is read where no line ends in it. */
export function unbroken(text: string): string {
  return text.replace(/[\u00AD\u200B]/g, "");
}

function filled(list: readonly Piece[], width: number, widthOf: WidthOf): string[] | null {
  const lines: string[] = [];
  let open = "";
  let glue: Piece["glue"] = "";
  for (const piece of list) {
    const longer = open + (glue === " " ? " " : "") + piece.text;
    if (open !== "" && widthOf(longer + hyphen(piece)) > width) {
      lines.push(open + (glue === SOFT_HYPHEN ? "-" : ""));
      open = piece.text;
    } else open = longer;
    if (widthOf(open + hyphen(piece)) > width) return null;
    glue = piece.glue;
  }
  return open === "" ? lines : [...lines, open];
}

function hyphen({ glue }: Piece): string {
  return glue === SOFT_HYPHEN ? "-" : "";
}

function pieces(text: string): Piece[] {
  return text.split(/(?<=[ \u00AD\u200B])/).map((part) => {
    const end = part.at(-1);
    if (end === " " || end === SOFT_HYPHEN) return { text: part.slice(0, -1), glue: end };
    return { text: unbroken(part), glue: "" };
  });
}

/** Without the breaks that `breakableAddress` has made: half an address looks like all of one. */
export function wholeAddresses(text: string): string {
  return text.replace(/(?<=[./])\u200B(?=[!-~])/g, "");
}

/** An address that may be broken where its parts end, when there is no room for it in one line. */
export function breakableAddress(address: string): string {
  return address.replace(/[./](?=.)/g, (end) => end + ZERO_WIDTH_SPACE);
}
