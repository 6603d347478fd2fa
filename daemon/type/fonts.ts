import { readFileSync } from "node:fs";
import type { Language } from "../texts/languages.ts";
import type { Cluster } from "./cluster.ts";
import {
  type OutlineFace,
  type PixelFace,
  type PixelGlyph,
  readOutlineFace,
  readPixelFace,
} from "./glyphs.ts";

/** Beside this file, and beside the programs that it is built into. */
const FACES = new URL("./faces/", import.meta.url);

export type Weight = "regular" | "bold";

/** What text is drawn with. Faces are asked in order; the first that has a character draws it. */
export interface Fonts {
  readonly outlines: Readonly<Record<Weight, readonly OutlineFace[]>>;
  /** For one-bit panels: families in order, the first that has all of a text draws it; in each, smallest first. */
  readonly pixels: readonly (readonly PixelFont[])[];
  /** Names that the shipped faces can't draw, shaped with an installed font. */
  readonly names: ReadonlyMap<string, readonly Cluster[]>;
}

export interface PixelFont {
  /** The nominal size that it stands for, pixels an em. */
  readonly size: number;
  readonly face: PixelFace;
}

/**
 * The shipped faces that a language needs: Latin, Greek and Cyrillic always; for Japanese, Korean and Chinese the characters
 * of their catalogues too. Read at once and in full: no picture can be drawn without them, and while the package is
 * upgraded they may be replaced.
 */
export function loadFonts(language: Language): Fonts {
  const regular = [outlineFace("sans-regular")];
  const bold = [outlineFace("sans-bold")];
  const small = [
    { size: 8, face: pixelFace("pixel-7") },
    { size: 11, face: pixelFace("pixel-9") },
    { size: 14, face: pixelFace("pixel-11") },
  ];
  const pixels = [small];
  if (language === "ja" || language === "ko") {
    regular.push(outlineFace(`${language}-regular`));
    bold.push(outlineFace(`${language}-bold`));
    const own = [7, 9, 11].map((size) => pixelFace(`${language}-pixel-${size}`));
    pixels[0] = small.map((font, index) => ({ ...font, face: joined(font.face, own[index]) }));
  } else if (language === "zh") {
    regular.push(outlineFace("zh-regular"));
    bold.push(outlineFace("zh-bold"));
    pixels.push([{ size: 16, face: pixelFace("zh-pixel-16") }]);
  }
  return { outlines: { regular, bold }, pixels, names: new Map() };
}

function outlineFace(name: string): OutlineFace {
  return readOutlineFace(readFileSync(new URL(`${name}.bin`, FACES)));
}

function pixelFace(name: string): PixelFace {
  return readPixelFace(readFileSync(new URL(`${name}.bin`, FACES)));
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
