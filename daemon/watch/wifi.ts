import { isUtf8 } from "node:buffer";
import { existsSync } from "node:fs";
import { PROBLEM_ROWS, type Problem } from "../contract/problems.ts";
import { readText } from "../core/files.ts";
import { safeText } from "../core/text.ts";

/** IEEE 802.11: bytes of an SSID. */
const LONGEST = 32;

/** Problems that another network would not have. */
const OF_THE_NETWORK: readonly string[] = ["interface", "dns", "portal", "proxy", "api", "tls"];

/**
 * The names of the Wi-Fi networks that the device is in. The kernel is asked when something is wrong with the way to
 * Frame.io, once for each change of addresses, and never else: what it takes costs memory, and nobody wants to know.
 */
export class WifiNames {
  readonly #root: string;
  readonly #ssidOf: (index: number) => Promise<Buffer | null>;
  readonly #changed: () => void;
  #names: ReadonlyMap<string, string> = new Map();
  /** What was asked for last. */
  #asked = "";

  /**
   * @param root prefix of the system paths
   * @param ssidOf asks the kernel; may fail
   */
  constructor(root: string, ssidOf: (index: number) => Promise<Buffer | null>, changed: () => void) {
    this.#root = root;
    this.#ssidOf = ssidOf;
    this.#changed = changed;
  }

  /** Null where it is not known, or no Wi-Fi. */
  of(name: string): string | null {
    return this.#names.get(name) ?? null;
  }

  /** To be called whenever either may have changed. */
  look(
    health: readonly Pick<Problem, "code">[],
    places: readonly { readonly interface: string; readonly address: string }[],
  ): void {
    const trouble = health.some(({ code }) => OF_THE_NETWORK.includes(PROBLEM_ROWS[code].part));
    const radios = trouble ? places.filter((place) => this.#isRadio(place.interface)) : [];
    const wanted = radios.map((place) => `${place.interface} ${place.address}`).join();
    if (wanted === this.#asked) return;
    this.#asked = wanted;
    void this.#ask(wanted, [...new Set(radios.map((place) => place.interface))]);
  }

  async #ask(wanted: string, radios: readonly string[]): Promise<void> {
    const names = new Map<string, string>();
    for (const radio of radios) {
      const index = Number(readText(`${this.#root}/sys/class/net/${radio}/ifindex`));
      const ssid = await this.#ssidOf(index).catch(() => null);
      const name = ssid !== null && isUtf8(ssid) ? safeText(ssid.toString(), LONGEST) : null;
      if (name !== null) names.set(radio, name);
    }
    if (wanted !== this.#asked) return;
    this.#names = names;
    this.#changed();
  }

  #isRadio(name: string): boolean {
    return ["phy80211", "wireless"].some((sign) => existsSync(`${this.#root}/sys/class/net/${name}/${sign}`));
  }
}
