/** Accepted by `display.language`; BCP 47 language subtags. */
export const LANGUAGES = ["en", "de", "es", "fr", "it", "ja", "ko", "pt", "zh"] as const;

export type Language = (typeof LANGUAGES)[number];
