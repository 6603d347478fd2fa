/** The part of bidi-js in use; the package's own types are missing. */
declare module "bidi-js" {
  interface Bidi {
    getEmbeddingLevels(
      text: string,
      direction: "ltr" | "rtl" | "auto",
    ): { readonly levels: Uint8Array; readonly paragraphs: readonly { readonly level: number }[] };
    /** null where the character has no mirror image. */
    getMirroredCharacter(char: string): string | null;
  }
  export default function createBidi(): Bidi;
}
