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
 * The light behind one display: the backlight whose device is the display's, or lies above or below it; else the only
 * one there is. Of several that have nothing to do with it any may be the one: those that are off are switched on, and
 * the others are left alone.
 */
export class Light {
  readonly #backlights: readonly Backlight[];
  readonly #brightness: number;
  #on = false;
  /** Sets the light, 0 to 100 percent of full; absent where it is not known which one it is. */
  readonly set?: (percent: number) => Promise<void>;

  /** @param device directory of the display's device in sysfs, e.g. "/sys/class/graphics/fb0/device" */
  constructor(sysfs: Sysfs, device: string, brightness: number) {
    this.#backlights = findBacklights(sysfs, device);
    this.#brightness = brightness;
    const [own] = this.#backlights;
    if (own !== undefined && this.#isKnown()) this.set = (percent) => own.set(percent);
  }

  /** What can't be done for want of a permission, a sentence each. */
  get hindrances(): readonly string[] {
    return this.#backlights
      .filter((backlight) => this.#isKnown() || backlight.percent === 0)
      .flatMap(({ hindrance }) => hindrance ?? []);
  }

  /** At full brightness a light that is on already stays as the system set it. */
  async switchOn(): Promise<void> {
    if (this.#on) return;
    this.#on = true;
    for (const backlight of this.#backlights)
      if (backlight.percent === 0 || (this.#isKnown() && this.#brightness < 100))
        await backlight.set(this.#brightness);
  }

  /** As it was before. */
  async giveBack(): Promise<void> {
    this.#on = false;
    for (const backlight of this.#backlights) await backlight.restore();
  }

  #isKnown(): boolean {
    return this.#backlights.length === 1;
  }
}

function findBacklights(sysfs: Sysfs, device: string): readonly Backlight[] {
  const names = [...sysfs.list(CLASS)].sort();
  const own = sysfs.resolve(device);
  const near = names.find((name) => related(own, sysfs.resolve(`${CLASS}/${name}/device`)));
  return (near === undefined ? names : [near]).map((name) => new Backlight(sysfs, name));
}

function related(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false;
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
