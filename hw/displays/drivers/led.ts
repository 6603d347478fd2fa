import { type Clock, wait } from "../../../daemon/core/clock.ts";
import { Turns } from "../../../daemon/core/turns.ts";
import { DisplayError, deviceError } from "../../linux/errors.ts";
import { Sysfs } from "../../linux/sysfs.ts";
import type { LightDisplay, Signal } from "../contract/display.ts";
import type { DisplayOptions, Host, Opened } from "../contract/options.ts";

const CLASS = "/sys/class/leds";

/**
 * Milliseconds on and off, for the kernel's own `timer` trigger (drivers/leds/trigger/ledtrig-timer.c): it blinks while
 * the processor sleeps, and without an off time sets no timer at all. None is on for nothing, which it would take for its
 * default, and none flashes more than three times a second (WCAG 2.3.1).
 */
const RHYTHM: Readonly<Record<Signal, readonly [on: number, off: number]>> = {
  green: [1000, 0],
  blue: [500, 500],
  amber: [100, 1900],
  red: [200, 200],
};

/** By the names of `multi_index` (Documentation/ABI/testing/sysfs-class-led-multicolor); shares of the full light. */
const COLOURS: Readonly<Record<Signal, Readonly<Record<string, number>>>> = {
  green: { green: 1 },
  blue: { blue: 1 },
  amber: { red: 1, green: 0.6 },
  red: { red: 1 },
};

/** The two files of a trigger belong to root until udev has heard of them. */
const UDEV = { look: 50, most: 5_000 };

/**
 * An LED that the kernel drives (Documentation/leds/leds-class.rst), for devices without a screen: the light as a rhythm,
 * and in its colour where the LED has several.
 *
 * @throws {DisplayError} where display.device names no such LED, or one that can't blink or may not be written
 */
export async function open(options: DisplayOptions, { root, clock }: Host): Promise<Opened> {
  const sysfs = new Sysfs(root);
  const name = options.device.replace(`${CLASS}/`, "");
  const known = [...sysfs.list(CLASS)].sort();
  if (!known.includes(name))
    throw new DisplayError(
      `The led driver needs the name of an LED: set display.device to one of ${known.join(", ") || "those of the board, once there are any"}.`,
    );
  return { display: new Led(sysfs, clock, name, options.brightness), warnings: [] };
}

/** What an LED did before it was ours. */
interface Before {
  readonly trigger: string;
  readonly brightness: string | null;
  readonly delays: readonly [on: string, off: string] | null;
  readonly intensity: string | null;
}

class Led implements LightDisplay {
  readonly capabilities: LightDisplay["capabilities"];
  readonly #sysfs: Sysfs;
  readonly #clock: Clock;
  readonly #percent: number;
  readonly #at: string;
  readonly #turns = new Turns();
  #before: Before | null = null;
  #shown: Signal | null = null;
  #closed = false;

  constructor(sysfs: Sysfs, clock: Clock, name: string, percent: number) {
    this.#sysfs = sysfs;
    this.#clock = clock;
    this.#percent = percent;
    this.#at = `${CLASS}/${name}`;
    this.capabilities = { surface: "light", driver: "led", device: this.#at, name };
  }

  show(signal: Signal): Promise<void> {
    return this.#turns.take(() => this.#show(signal));
  }

  clear(): Promise<void> {
    return this.#turns.take(() => this.#giveBack());
  }

  async close(): Promise<void> {
    // An LED that has gone has nothing to be given back.
    await this.clear().catch(() => {});
    this.#closed = true;
  }

  async #show(signal: Signal): Promise<void> {
    if (this.#closed) throw new DisplayError(`${this.#at} was closed: open it again.`);
    if (signal === this.#shown) return;
    if (this.#before === null) await this.#take();
    const [on, off] = RHYTHM[signal];
    const intensity = this.#intensity(COLOURS[signal]);
    if (intensity !== null) await this.#write("multi_intensity", intensity);
    await this.#write("delay_on", String(on));
    await this.#write("delay_off", String(off));
    this.#shown = signal;
  }

  /** As it was found. */
  async #giveBack(): Promise<void> {
    const before = this.#before;
    this.#before = null;
    this.#shown = null;
    if (before === null) return;
    const { trigger, brightness, delays, intensity } = before;
    if (intensity !== null) await this.#write("multi_intensity", intensity);
    if (delays !== null) {
      await this.#write("delay_on", delays[0]);
      await this.#write("delay_off", delays[1]);
      return;
    }
    await this.#write("trigger", trigger);
    if (trigger === "none" && brightness !== null) await this.#write("brightness", brightness);
  }

  async #take(): Promise<void> {
    const triggers = this.#read("trigger") ?? "";
    if (!/\btimer\b/.test(triggers))
      throw new DisplayError(
        `${this.#at} can't blink: its kernel lacks the trigger "timer" (modprobe ledtrig-timer, CONFIG_LEDS_TRIGGER_TIMER).`,
      );
    const trigger = /\[(.*?)\]/.exec(triggers)?.[1] ?? "none";
    const [on, off] = [this.#read("delay_on"), this.#read("delay_off")];
    const before: Before = {
      trigger,
      brightness: this.#read("brightness"),
      delays: trigger === "timer" && on !== null && off !== null ? [on, off] : null,
      intensity: this.#read("multi_intensity"),
    };
    // What the trigger finds is how bright it blinks.
    const most = Number(this.#read("max_brightness")) || 1;
    await this.#write("brightness", String(Math.max(1, Math.round((this.#percent * most) / 100))));
    this.#before = before;
    await this.#write("trigger", "timer");
    await this.#delaysToCome();
  }

  async #delaysToCome(): Promise<void> {
    const until = this.#clock.elapsed() + UDEV.most;
    while (!this.#sysfs.writable(`${this.#at}/delay_off`) && this.#clock.elapsed() < until)
      await wait(this.#clock, UDEV.look);
  }

  /** Null where the LED has one colour. One that lacks the wanted one shines in all that it has. */
  #intensity(colour: Readonly<Record<string, number>>): string | null {
    const channels = this.#read("multi_index")?.split(/\s+/);
    if (channels === undefined) return null;
    const most = Number(this.#read("max_brightness")) || 255;
    const shares = channels.map((channel) => colour[channel] ?? 0);
    const dark = shares.every((share) => share === 0);
    return shares.map((share) => Math.round((dark ? 1 : share) * most)).join(" ");
  }

  #read(attribute: string): string | null {
    return this.#sysfs.read(`${this.#at}/${attribute}`);
  }

  async #write(attribute: string, value: string): Promise<void> {
    const path = `${this.#at}/${attribute}`;
    try {
      await this.#sysfs.write(path, value);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EACCES" || code === "EPERM")
        throw new DisplayError(`The LED can't be switched: let c2cd write ${path}.`);
      throw deviceError(error, path);
    }
  }
}
