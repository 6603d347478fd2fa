/**
 * Project and device names in any script. What the shipped faces can't draw is shaped with a font that is installed on
 * the device; only the glyphs of that name are kept, so a font of 20 MB costs memory for a moment and not for good.
 *
 * This is the one door to all that shaping takes, libraries included: a name that needs it opens it, and no other.
 */
import type { Cluster } from "../cluster.ts";
import type { Fonts } from "../fonts.ts";
import { covered } from "../type.ts";

/** Names remembered; a device has two. */
const MOST_NAMES = 4;

export class NameShaper {
  readonly #root: string;
  readonly #shaped = new Map<string, readonly Cluster[] | null>();
  #last: { readonly base: Fonts; readonly key: string; readonly fonts: Fonts } | null = null;

  /** @param root prefix of the system paths */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * The fonts with everything added that these names need and the device has.
   *
   * @param panel one-bit panels get no pictures in colour: black and white alone, one can't be told from another
   */
  async prepare(
    base: Fonts,
    names: readonly string[],
    { monochrome }: { readonly monochrome: boolean },
  ): Promise<Fonts> {
    const wanted = names.filter((name) => !covered(base, name));
    if (wanted.length === 0) return base;
    const key = JSON.stringify([monochrome, wanted]);
    if (this.#last?.base === base && this.#last.key === key) return this.#last.fonts;
    const prepared = new Map<string, readonly Cluster[]>();
    for (const name of wanted) {
      const clusters = await this.#remembered(base, name, monochrome);
      if (clusters !== null) prepared.set(name, clusters);
    }
    const fonts = { ...base, names: prepared };
    this.#last = { base, key, fonts };
    return fonts;
  }

  async #remembered(base: Fonts, name: string, monochrome: boolean): Promise<readonly Cluster[] | null> {
    const key = JSON.stringify([monochrome, name]);
    const known = this.#shaped.get(key);
    if (known !== undefined) return known;
    if (this.#shaped.size >= MOST_NAMES) this.#shaped.clear();
    const { shape } = await import("./shape.ts");
    const clusters = await shape(this.#root, base, name, monochrome);
    this.#shaped.set(key, clusters);
    return clusters;
  }
}
