/** Which text may be printed, on a screen, a terminal, a page, in a log or a header: said here and nowhere else. */

/**
 * Controls, line and paragraph separators, marks that turn or hide what follows, lone surrogates, private use. Zero-width
 * (non-)joiner and the two emoji variation selectors are let pass: scripts and emoji need them, and they fool nobody.
 */
const UNFIT =
  /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const EVERY_UNFIT = new RegExp(UNFIT.source, "gu");
const MARKUP = /<[a-z/!?]/i;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Text from the network that is fit for a screen: trimmed, in Unicode's composed form, on one line, with something
 * visible in it. Text with anything unfit, or with markup, is refused whole, since what is left of it after cleaning is
 * not what anybody wrote.
 *
 * @param limit most code points
 * @returns null where the value is no such text
 */
export function safeText(value: unknown, limit: number): string | null {
  if (typeof value !== "string" || value.length > 2 * limit) return null;
  const text = value.normalize("NFC").trim();
  if (UNFIT.test(text) || MARKUP.test(text) || !VISIBLE.test(text)) return null;
  return [...text].length <= limit ? text : null;
}

/** Text that nobody has checked, less what a terminal or a log would obey. @param instead what takes its place */
export function printable(text: string, instead = ""): string {
  return text.replace(EVERY_UNFIT, instead);
}

/** The same, line by line: what a program says on several stays on as many. */
export function printableLines(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line))
    .join("\n");
}

/** JSON that a terminal may be shown: what it would obey is escaped, so that a program reads the very same from it. */
export function escaped(json: string): string {
  return json.replace(EVERY_UNFIT, (found) =>
    found === "\n"
      ? found
      : Array.from(
          { length: found.length },
          (_, unit) => `\\u${found.charCodeAt(unit).toString(16).padStart(4, "0")}`,
        ).join(""),
  );
}

/** The same on one line, without space around or twice; "" where nothing of it is to be seen. */
export function oneLine(text: string): string {
  const line = printable(text.replace(/\s+/gu, " ")).replace(/ +/g, " ").trim();
  return VISIBLE.test(line) ? line : "";
}

/** What a reader takes for single characters (Unicode Standard Annex #29). */
export function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

/**
 * The most of a beginning and an end that fit with an ellipsis between, found by halving: names come in any length.
 *
 * @param count parts of the whole
 * @param fits whether the first `head` and the last `tail` parts do
 */
export function shortened(
  count: number,
  fits: (head: number, tail: number) => boolean,
): { readonly head: number; readonly tail: number } {
  const halves = (kept: number) => ({ head: Math.ceil(kept / 2), tail: Math.floor(kept / 2) });
  let [fitting, tooMany] = [0, count];
  while (tooMany - fitting > 1) {
    const kept = Math.floor((fitting + tooMany) / 2);
    const { head, tail } = halves(kept);
    if (fits(head, tail)) fitting = kept;
    else tooMany = kept;
  }
  return halves(fitting);
}

/** "2025-04-13 19:38 UTC". @param iso ISO 8601, in UTC */
export function utcMinute(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

/** Seconds, begun ones counted whole, as minutes and seconds: "1:43". What is over is "0:00". */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Six digits in two groups of three, as they are read aloud; anything else as it is. */
export function grouped(userCode: string): string {
  return /^\d{6}$/.test(userCode) ? `${userCode.slice(0, 3)} ${userCode.slice(3)}` : userCode;
}

const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/** "3 d 2 h", "7 h 12 min", "45 s": the two largest units. */
export function duration(seconds: number): string {
  let left = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left %= size;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}
