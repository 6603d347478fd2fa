/** What a terminal can be given, by its environment. */
import { cellWidth } from "./cell-width.ts";

/**
 * Whether the terminal takes UTF-8, by the locale (locale(7): LC_ALL before LC_CTYPE before LANG). Where none is set,
 * as on many small systems, all but the terminals that are older than it do.
 */
export function takesUtf8(environment: Readonly<Record<string, string | undefined>>): boolean {
  const { LC_ALL, LC_CTYPE, LANG, TERM = "" } = environment;
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  return locale === "" ? !/^vt\d/.test(TERM) : /utf-?8/i.test(locale);
}

/** What stands for characters that ASCII lacks, cell for cell. */
const ALIKE: Readonly<Record<string, string>> = {
  "\u00a0": " ",
  "\u202f": " ",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "„": '"',
  "«": '"',
  "»": '"',
  "–": "-",
  "—": "-",
  "…": ".",
  "·": ".",
  "¿": "?",
  "¡": "!",
  ß: "s",
  "█": "#",
  "░": ".",
};

/** Text for a terminal that takes ASCII alone, in as many cells: letters without their marks, and ? for what has no likeness. */
export function ascii(text: string): string {
  const letters = text.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC");
  return letters.replace(/[^ -~]/gu, (char) => ALIKE[char] ?? "?".repeat(cellWidth(char)));
}
