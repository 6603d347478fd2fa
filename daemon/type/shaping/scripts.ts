/** Scripts that the shipped faces don't have, and what fonts for them are called. */

export const HAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303F\uFF00-\uFFEF]/u;

export interface Script {
  readonly is: RegExp;
  /** What fonts for it are called. */
  readonly fonts: RegExp;
  /** A name can do without it: pictures and signs, unlike letters. */
  readonly decoration?: true;
  /** Drawn in colour by the fonts called after it, where the panel has colours. */
  readonly pictures?: RegExp;
}

/** Each has fonts of its own, called after it. */
const SCRIPTS_WITH_FONTS = [
  "Arabic",
  "Armenian",
  "Bengali",
  "Devanagari",
  "Ethiopic",
  "Georgian",
  "Gujarati",
  "Gurmukhi",
  "Hebrew",
  "Kannada",
  "Khmer",
  "Lao",
  "Malayalam",
  "Mongolian",
  "Myanmar",
  "Oriya",
  "Sinhala",
  "Tamil",
  "Telugu",
  "Thai",
  "Tibetan",
].map((name): Script => {
  const families = { Arabic: "|naskh|kufi|amiri", Hebrew: "|culmus|david|frank" }[name] ?? "";
  return {
    is: new RegExp(`\\p{Script=${name}}`, "u"),
    fonts: new RegExp(`${name}${families}|dejavusans\\b|freesans`, "i"),
  };
});

/** Scripts that share a font, how to tell them, and what fonts for them are called. */
export const SCRIPTS: readonly Script[] = [
  { is: /\p{Script=Hangul}/u, fonts: /kr|korea|cjk|nanum|baekmuk|unfonts|gothic-a1/i },
  {
    is: HAN,
    fonts: /cjk|jp|sc|tc|hk|han|gothic|ipa|vlgothic|takao|wqy|zenhei|microhei|uming|ukai|fallback/i,
  },
  ...SCRIPTS_WITH_FONTS,
  {
    is: /\p{Extended_Pictographic}|\p{Regional_Indicator}|\uFE0F|\u20E3/u,
    fonts: /emoji|symbola|symbols/i,
    decoration: true,
    pictures: /colou?r/i,
  },
  { is: /[\p{L}\p{N}]/u, fonts: /noto|dejavu|free/i },
  { is: /./u, fonts: /symbol|dejavu|free|noto/i, decoration: true },
];

/** Emoji made of several characters are held together by these; a font without them just draws the parts. */
export const JOINERS = /\u200C|\u200D|\uFE0E|\uFE0F|[\u{E0020}-\u{E007F}]/u;
