import type { Sysfs } from "./sysfs.ts";

const CLASS = "/sys/class/backlight";

/** FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN (include/uapi/linux/fb.h), the values of `bl_power`. */
const ON = "0";
const OFF = "4";

/** The light behind a panel (Documentation/ABI/stable/sysfs-class-backlight). Brightness is in percent of full. */
export class Backlight {
  /** E.g. "10-0045". */
  readonly name: string;
  readonly #sysfs: Sysfs;
  readonly #at: string;
  /** What the two attributes held before the first change. */
  #before: { readonly power: string | null; readonly brightness: string | null } | null = null;

  constructor(sysfs: Sysfs, name: string) {
    this.#sysfs = sysfs;
    this.name = name;
    this.#at = `${CLASS}/${name}`;
  }

  /** What can't be done for want of a permission, one sentence; null where all is well. */
  get hindrance(): string | null {
    const denied = ["bl_power", "brightness"].find(
      (attribute) =>
        this.#sysfs.read(`${this.#at}/${attribute}`) !== null &&
        !this.#sysfs.writable(`${this.#at}/${attribute}`),
    );
    return denied === undefined
      ? null
      : `The backlight can't be switched: let c2cd write ${this.#at}/${denied}.`;
  }

  /** The present brightness, 0 to 100; 0 where the light is off. */
  get percent(): number {
    if ((this.#sysfs.read(`${this.#at}/bl_power`) ?? ON) !== ON) return 0;
    return Math.round((100 * Number(this.#sysfs.read(`${this.#at}/brightness`) ?? 0)) / this.#most);
  }

  /** Switches the light on at so many percent, at least at the least that can be seen; 0 switches it off. */
  async set(percent: number): Promise<void> {
    this.#before ??= {
      power: this.#sysfs.read(`${this.#at}/bl_power`),
      brightness: this.#sysfs.read(`${this.#at}/brightness`),
    };
    if (percent <= 0) {
      // Some drivers know only brightness, some drop it while they are off.
      if (this.#before.power === null) await this.#write("brightness", "0");
      else await this.#write("bl_power", OFF);
      return;
    }
    await this.#write("brightness", String(Math.max(1, Math.round((percent * this.#most) / 100))));
    await this.#write("bl_power", ON);
  }

  /** As it was before the first `set`. */
  async restore(): Promise<void> {
    const before = this.#before;
    this.#before = null;
    if (before?.brightness) await this.#write("brightness", before.brightness);
    if (before?.power) await this.#write("bl_power", before.power);
  }

  get #most(): number {
    return Number(this.#sysfs.read(`${this.#at}/max_brightness`)) || 1;
  }

  /** A light that can't be set, for want of a permission or since its chip does not answer, is no reason to show nothing. */
  async #write(attribute: string, value: string): Promise<void> {
    await this.#sysfs.write(`${this.#at}/${attribute}`, value).catch(() => {});
  }
}

/**
 * The backlight of a display: the one whose device is the same, or lies above or below it; else the only one there is.
 *
 * @param device directory of the display's device in sysfs, e.g. "/sys/class/graphics/fb0/device"
 */
export function findBacklight(sysfs: Sysfs, device: string): Backlight | null {
  const names = [...sysfs.list(CLASS)].sort();
  const own = sysfs.resolve(device);
  const near = names.find((name) => related(own, sysfs.resolve(`${CLASS}/${name}/device`)));
  const name = near ?? (names.length === 1 ? names[0] : undefined);
  return name === undefined ? null : new Backlight(sysfs, name);
}

function related(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false;
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
