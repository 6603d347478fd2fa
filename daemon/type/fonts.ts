import type { Language } from "../texts/languages.ts";
import type { Cluster } from "./cluster.ts";
import pixel7 from "./fonts/pixel-7.ts";
import pixel9 from "./fonts/pixel-9.ts";
import pixel11 from "./fonts/pixel-11.ts";
import sansBold from "./fonts/sans-bold.ts";
import sansRegular from "./fonts/sans-regular.ts";
import {
  type OutlineFace,
  type PixelFace,
  type PixelGlyph,
  readOutlineFace,
  readPixelFace,
} from "./glyphs.ts";

export type Weight = "regular" | "bold";

/** What text is drawn with. Faces are asked in order; the first that has a character draws it. */
export interface Fonts {
  readonly outlines: Readonly<Record<Weight, readonly OutlineFace[]>>;
  /** For one-bit panels: families in order, the first that has all of a text draws it; in each, smallest first. */
  readonly pixels: readonly (readonly PixelFont[])[];
  /** Names that the shipped faces can't draw, shaped with an installed font. */
  readonly names: ReadonlyMap<string, readonly Cluster[]>;
  /** For breaking lines. */
  readonly language: Language;
}

export interface PixelFont {
  /** The nominal size that it stands for, pixels an em. */
  readonly size: number;
  readonly face: PixelFace;
}

/**
 * The shipped faces that a language needs: Latin, Greek and Cyrillic always; for Japanese and Chinese the characters
 * of their catalogues too.
 */
export async function loadFonts(language: Language): Promise<Fonts> {
  const latin = latinFonts(language);
  switch (language) {
    case "ja": {
      const [regular, bold, small, middle, large] = await Promise.all([
        import("./fonts/ja-regular.ts"),
        import("./fonts/ja-bold.ts"),
        import("./fonts/ja-pixel-7.ts"),
        import("./fonts/ja-pixel-9.ts"),
        import("./fonts/ja-pixel-11.ts"),
      ]);
      const kana = [small, middle, large].map((module) => readPixelFace(module.default));
      return {
        ...withOutlines(latin, regular.default, bold.default),
        pixels: latin.pixels.map((family) =>
          family.map((font, index) => ({ ...font, face: joined(font.face, kana[index]) })),
        ),
      };
    }
    case "zh": {
      const [regular, bold, pixels] = await Promise.all([
        import("./fonts/zh-regular.ts"),
        import("./fonts/zh-bold.ts"),
        import("./fonts/zh-pixel-16.ts"),
      ]);
      return {
        ...withOutlines(latin, regular.default, bold.default),
        pixels: [...latin.pixels, [{ size: 16, face: readPixelFace(pixels.default) }]],
      };
    }
    default:
      return latin;
  }
}

function latinFonts(language: Language): Fonts {
  return {
    outlines: { regular: [readOutlineFace(sansRegular)], bold: [readOutlineFace(sansBold)] },
    pixels: [
      [
        { size: 8, face: readPixelFace(pixel7) },
        { size: 11, face: readPixelFace(pixel9) },
        { size: 14, face: readPixelFace(pixel11) },
      ],
    ],
    names: new Map(),
    language,
  };
}

function withOutlines(fonts: Fonts, regular: string, bold: string): Fonts {
  return {
    ...fonts,
    outlines: {
      regular: [...fonts.outlines.regular, readOutlineFace(regular)],
      bold: [...fonts.outlines.bold, readOutlineFace(bold)],
    },
  };
}

function joined(first: PixelFace, second: PixelFace | undefined): PixelFace {
  if (second === undefined) return first;
  return {
    ascent: Math.max(first.ascent, second.ascent),
    descent: Math.max(first.descent, second.descent),
    capHeight: first.capHeight,
    has: (codePoint) => first.has(codePoint) || second.has(codePoint),
    glyph: (codePoint): PixelGlyph | undefined => first.glyph(codePoint) ?? second.glyph(codePoint),
  };
}
