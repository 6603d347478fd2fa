import { eastAsianWidth } from "get-east-asian-width";
import { graphemes } from "./text.ts";

/** Cells that a terminal gives to a text: two for wide characters and pictures (Unicode Standard Annex #11). */
export function cellWidth(text: string): number {
  if (/^[\x20-\x7e\u2580-\u2593]*$/.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => {
    const codePoint = grapheme.codePointAt(0) ?? 0;
    if (/^\p{M}|^\p{C}/u.test(grapheme)) return sum;
    return sum + (/\p{Emoji_Presentation}|\uFE0F/u.test(grapheme) ? 2 : eastAsianWidth(codePoint));
  }, 0);
}
