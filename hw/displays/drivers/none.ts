import type { NoDisplay } from "../contract/display.ts";
import type { Opened } from "../contract/options.ts";

/** No display: the status page shows the code. */
export async function open(): Promise<Opened> {
  const display: NoDisplay = {
    capabilities: { surface: "nothing", driver: "none", device: null, name: "no display" },
    clear: async () => {},
    close: async () => {},
  };
  return { display, warnings: [] };
}
