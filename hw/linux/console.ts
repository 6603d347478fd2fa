/**
 * Keeping the kernel's text console off a framebuffer while pictures are on it. Hiding the cursor, quieting the kernel
 * or owning a virtual terminal each leave something that still draws; a console without a screen draws nothing
 * (Documentation/driver-api/console.rst, Documentation/fb/fbcon.rst).
 */
import { DisplayError } from "./errors.ts";
import type { Sysfs } from "./sysfs.ts";

const CLASS = "/sys/class/vtconsole";
/** The virtual terminal that is seen, e.g. "tty1". */
const IN_FRONT = "/sys/class/tty/tty0/active";

export class TextConsole {
  readonly #sysfs: Sysfs;
  readonly #drawsHere: boolean;
  readonly #blank: string;
  readonly #unblank: () => Promise<void>;
  /** It was here and is to come back. */
  #detached = false;
  #awake = false;
  /** The virtual terminal that was in front at the last `takeOff`. */
  #inFront: string | null = null;

  /**
   * @param id framebuffer, e.g. "fb0"
   * @param unblank wakes the screen where sysfs may not be written; it may fail
   */
  constructor(sysfs: Sysfs, id: string, unblank: () => Promise<void>) {
    this.#sysfs = sysfs;
    this.#drawsHere = consoleFramebuffers(sysfs.read("/proc/cmdline") ?? "").includes(id);
    this.#unblank = unblank;
    this.#blank = `/sys/class/graphics/${id}/blank`;
  }

  /** What will spoil the picture for want of a permission, one sentence; null where all is well. */
  get hindrance(): string | null {
    const bind = this.#bound();
    if (bind !== null && !this.#sysfs.writable(bind))
      return `The text console may draw over the picture: let c2cd write ${bind}, or start Linux with fbcon=map:1 so that the console leaves this screen alone.`;
    return null;
  }

  /**
   * Takes the console off the screen if it is there, and wakes the screen.
   * @returns whether the console has drawn nothing since it was last taken off
   */
  async takeOff(): Promise<boolean> {
    const bind = this.#bound();
    this.#inFront = this.#sysfs.read(IN_FRONT);
    if (bind !== null) this.#detached = await this.#try(bind, "0");
    // With no console here nobody else has set the mode yet.
    // FB_BLANK_UNBLANK (include/uapi/linux/fb.h); drivers that can't blank answer EINVAL.
    if (!this.#awake && this.#sysfs.read(this.#blank) !== null)
      await (this.#sysfs.writable(this.#blank)
        ? this.#try(this.#blank, "0")
        : this.#unblank().catch(() => {}));
    this.#awake = true;
    return bind === null;
  }

  /**
   * Whether the console has drawn over the picture since `takeOff`: it is back on the screen, as after its first line
   * where the kernel defers its takeover, or it could not be taken off and another virtual terminal came to the front.
   */
  hasDrawn(): boolean {
    const bind = this.#bound();
    return bind !== null && (this.#sysfs.writable(bind) || this.#sysfs.read(IN_FRONT) !== this.#inFront);
  }

  /**
   * Puts the console back if `takeOff` took it; it redraws all of its screen.
   * @throws {DisplayError} where the kernel does not give it back
   */
  async giveBack(): Promise<void> {
    this.#awake = false;
    if (!this.#detached) return;
    this.#detached = false;
    const screen = this.#consoles().find(({ onFramebuffer }) => onFramebuffer);
    if (screen === undefined || this.#sysfs.read(screen.bind) === "1") return;
    await this.#sysfs.write(screen.bind, "1");
    // The kernel moves consoles back only from a built-in driver (vt_bind in drivers/tty/vt/vt.c) and else does nothing,
    // without an error: so on x86 once a DRM driver has evicted VGA. A driver that is detached makes it fall back
    // on the next one, which is the framebuffer's.
    for (const { bind } of this.#consoles()) {
      if (this.#sysfs.read(screen.bind) === "1") return;
      if (bind !== screen.bind && this.#sysfs.read(bind) === "1") await this.#sysfs.write(bind, "0");
    }
    if (this.#sysfs.read(screen.bind) !== "1")
      throw new DisplayError(
        `The text console did not come back: write 1 to ${screen.bind} as root, or restart.`,
      );
  }

  /** What is refused here, `hindrance` has told of. */
  #try(attribute: string, value: string): Promise<boolean> {
    return this.#sysfs.write(attribute, value).then(
      () => true,
      () => false,
    );
  }

  /** The attribute that detaches the console, where it is on this screen now. */
  #bound(): string | null {
    if (!this.#drawsHere) return null;
    const screen = this.#consoles().find(({ onFramebuffer }) => onFramebuffer);
    return screen !== undefined && this.#sysfs.read(screen.bind) === "1" ? screen.bind : null;
  }

  /** Their numbers differ from board to board: the name tells which one is on the framebuffers. */
  #consoles(): { readonly bind: string; readonly onFramebuffer: boolean }[] {
    return this.#sysfs
      .list(CLASS)
      .filter((entry) => entry.startsWith("vtcon"))
      .sort()
      .map((entry) => ({
        bind: `${CLASS}/${entry}/bind`,
        onFramebuffer: (this.#sysfs.read(`${CLASS}/${entry}/name`) ?? "").includes("frame buffer"),
      }));
  }
}

/** fb0, unless the kernel was started with `fbcon=map:`, whose digits are the framebuffers of tty1, tty2 and so on. */
function consoleFramebuffers(cmdline: string): string[] {
  const map = /(?:^|\s)fbcon=(?:[^\s]*,)?map:(\d+)/.exec(cmdline)?.[1] ?? "0";
  return [...map].map((digit) => `fb${digit}`);
}
