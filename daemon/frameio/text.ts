/** Zero-width (non-)joiner and the two emoji variation selectors: scripts and emoji need them, and they fool nobody. */
const UNFIT =
  /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const MARKUP = /<[a-z/!?]/i;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Text from the network that is fit for a screen: trimmed, in Unicode's composed form, on one line, with something
 * visible in it. Text with control, bidi or invisible characters, with lone surrogates or with markup is refused
 * whole, since what is left of it after cleaning is not what anybody wrote.
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
