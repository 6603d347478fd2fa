import { LANGUAGES, type Language } from "../daemon/texts/languages.ts";

/** One of ours by its primary subtag (RFC 5646 §2.2.1): "de-AT" is German; null where we don't speak it. */
function known(tag: string): Language | null {
  const primary = tag.trim().toLowerCase().split("-", 1)[0];
  return LANGUAGES.find((language) => language === primary) ?? null;
}

/**
 * The language to answer in: what the reader chose, else the best of `Accept-Language` (RFC 9110 §12.5.4).
 *
 * @param fallback where the reader has none of ours
 */
export function chooseLanguage(
  chosen: string | undefined,
  acceptLanguage: string | undefined,
  fallback: Language,
): Language {
  const asked = (acceptLanguage ?? "")
    .split(",")
    .map((range) => {
      const [tag = "", ...parameters] = range.split(";");
      const weight = parameters.map((p) => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find((q) => q !== undefined);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const tag of [chosen ?? "", ...asked.map((range) => range.tag)]) {
    const language = known(tag);
    if (language !== null) return language;
  }
  return fallback;
}
