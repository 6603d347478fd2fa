/** Where a line may end. */

const SOFT_HYPHEN = "\u00AD";
const ZERO_WIDTH_SPACE = "\u200B";

/** What may not be torn, and what follows it where the line does not end there. */
interface Piece {
  readonly text: string;
  readonly glue: "" | " " | typeof SOFT_HYPHEN;
}

/**
 * Breaks a text into as few lines as the width allows; null where a word is wider than the width.
 *
 * @param language BCP 47; Japanese and Chinese have no spaces and break between words
 * @param widthOf in the unit of `width`
 */
export function wrap(
  text: string,
  language: string,
  width: number,
  widthOf: (line: string) => number,
): string[] | null {
  const lines: string[] = [];
  let open = "";
  let glue: Piece["glue"] = "";
  for (const piece of pieces(text, language)) {
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

function pieces(text: string, language: string): Piece[] {
  const words = text.split(" ");
  return words.flatMap((word, index) => {
    const parts = word.split(SOFT_HYPHEN);
    return parts.flatMap((part, at) => {
      const whole = part.split(ZERO_WIDTH_SPACE).flatMap((piece) => unbroken(piece, language));
      const end = at < parts.length - 1 ? SOFT_HYPHEN : index < words.length - 1 ? " " : "";
      return whole.map((piece, inner): Piece => ({ text: piece, glue: inner < whole.length - 1 ? "" : end }));
    });
  });
}

const NOT_FIRST = /^[、。，．：；！？」』）】”’・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;!?)]/;
const NOT_LAST = /[「『（【“‘(]$/;

function unbroken(word: string, language: string): string[] {
  if (!/[\u3000-\u9fff\uff00-\uffef]/.test(word)) return [word];
  const whole: string[] = [];
  for (const { segment } of new Intl.Segmenter(language, { granularity: "word" }).segment(word)) {
    const previous = whole.at(-1);
    if (previous !== undefined && inseparable(previous, segment))
      whole[whole.length - 1] = previous + segment;
    else whole.push(segment);
  }
  return whole;
}

function inseparable(left: string, right: string): boolean {
  const latin = /[!-~]$/.test(left) && /^[!-~]/.test(right);
  // Japanese endings and particles are written in hiragana and belong to the word before them.
  const ending = /^[ぁ-ゖ]/.test(right) && !/[、。！？]$/.test(left);
  return latin || ending || NOT_FIRST.test(right) || NOT_LAST.test(left);
}

/** An address that may be broken where its parts end, when there is no room for it in one line. */
export function breakableAddress(address: string): string {
  return address.replace(/[./](?=.)/g, (end) => end + ZERO_WIDTH_SPACE);
}
