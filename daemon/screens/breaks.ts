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

const NOT_FIRST = /^[\u00A0、。，．：；！？」』）】”’・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;!?)]/;
const NOT_LAST = /[\u00A0「『（【“‘(]$/;
/** Chinese words of one character that lean on the next one; and 配 of 配对, "pairing", which no dictionary has. */
const LEANING = /[请或并和在从被将已未不太新配]$/;
/** Japanese words that lean on the next one, hiragana or not. */
const JAPANESE_LEANING = /(?:この|もう|別の)$/;

function unbroken(word: string, language: string): string[] {
  if (!/[\u3000-\u9fff\uff00-\uffef]/.test(word)) return [word];
  const whole: string[] = [];
  for (const { segment } of new Intl.Segmenter(language, { granularity: "word" }).segment(word)) {
    const previous = whole.at(-1);
    if (previous !== undefined && inseparable(previous, segment, language))
      whole[whole.length - 1] = previous + segment;
    else whole.push(segment);
  }
  return whole;
}

function inseparable(left: string, right: string, language: string): boolean {
  if (/[!-~]$/.test(left) && /^[!-~]/.test(right)) return true;
  if (NOT_FIRST.test(right) || NOT_LAST.test(left)) return true;
  if (language === "ja") return !phraseEnds(left, right);
  // What the dictionary does not know falls into single characters: most are the end of a word.
  return LEANING.test(left) || (/^\p{Script=Han}$/u.test(right) && !LEANING.test(right));
}

/**
 * Japanese is read in phrases: a word in kanji, katakana or Latin letters, and its endings and particles in hiragana.
 * A line ends between two of them, and neither inside a compound (保存|内容) nor in a verb of two stems (混み|合う).
 */
function phraseEnds(left: string, right: string): boolean {
  if (JAPANESE_LEANING.test(left)) return false;
  if (/[、。！？]$/.test(left) || JAPANESE_LEANING.test(right)) return true;
  const stem =
    /[\u4e00-\u9fff][いきぎしちひびみりえけげせてねべめれ]$/.test(left) && /^[\u4e00-\u9fff]/.test(right);
  return /(?:[ぁ-ゖ」』）]|再度)$/.test(left) && !/^[ぁ-ゖー]/.test(right) && !stem;
}

/** An address that may be broken where its parts end, when there is no room for it in one line. */
export function breakableAddress(address: string): string {
  return address.replace(/[./](?=.)/g, (end) => end + ZERO_WIDTH_SPACE);
}
