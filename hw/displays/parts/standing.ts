import { type Clock, every } from "../../../daemon/core/clock.ts";
import type { Picture } from "../../picture/picture.ts";
import type { PixelDisplay } from "../contract/display.ts";

/**
 * The display, whose picture is looked after every so often for as long as one is on it. What fails meanwhile, the next
 * picture will meet too, and tell.
 */
export function whileShown(
  display: PixelDisplay,
  everyMs: number,
  clock: Clock,
  lookAfter: (picture: Picture) => Promise<void>,
): PixelDisplay {
  let standing: Picture | null = null;
  let cancel = () => {};

  function look(): void {
    if (standing !== null) lookAfter(standing).catch(() => {});
  }

  function rest(): void {
    cancel();
    standing = null;
  }

  return {
    ...display,
    async show(picture) {
      if (standing === null) cancel = every(clock, everyMs, look);
      standing = picture;
      await display.show(picture);
    },
    async clear() {
      rest();
      await display.clear();
    },
    async close() {
      rest();
      await display.close();
    },
  };
}
