/** Where a line may end. */

const SOFT_HYPHEN = "\u00AD";
const ZERO_WIDTH_SPACE = "\u200B";

/** What may not be torn, and what follows it where the line does not end there. */
interface Piece {
  readonly text: string;
  readonly glue: "" | " " | typeof SOFT_HYPHEN;
}

/** In the unit of the width that lines have. */
type WidthOf = (line: string) => number;

/**
 * Breaks a text into as few lines as the width allows; null where a word is wider than the width.
 *
 * @param language BCP 47; Japanese and Chinese have no spaces and break between words
 */
export function wrap(text: string, language: string, width: number, widthOf: WidthOf): string[] | null {
  return filled(piecesFor(text, language, width, widthOf), width, widthOf);
}

/** The same lines as `wrap` makes, as even as they can be. @param step a difference in width that can't be seen */
export function wrapEvenly(
  text: string,
  language: string,
  width: number,
  widthOf: WidthOf,
  step: number,
): string[] | null {
  const list = piecesFor(text, language, width, widthOf);
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

/** Second best places for a break are taken in what is too wide without. */
function piecesFor(text: string, language: string, width: number, widthOf: WidthOf): Piece[] {
  return pieces(text, language).flatMap((piece) => {
    if (language !== "ja" || widthOf(piece.text) <= width) return [piece];
    const parts = piece.text.split(INSIDE_PHRASE);
    return parts.map((part, at): Piece => ({ text: part, glue: at < parts.length - 1 ? "" : piece.glue }));
  });
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
 * Between a loan word and the verb that it makes (アップロード|できません), a particle and a word in hiragana
 * (Frame.ioに|つながりません), and before a polite お (しばらく|お待ち).
 */
const INSIDE_PHRASE =
  /(?<=[ァ-ヶー])(?=(?:し|さ|でき)[ぁ-ゖ])|(?<=[^ぁ-ゖ][をにがはの])(?=[ぁ-ゖ]{4})|(?<=[ぁ-ゖ])(?=お[\u4e00-\u9fff])/u;

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
