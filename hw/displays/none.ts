import type { NoDisplay } from "./display.ts";
import type { Opened } from "./options.ts";

/** No display: the status page shows the code. */
export async function open(): Promise<Opened> {
  const display: NoDisplay = {
    capabilities: { surface: "nothing", driver: "none", device: null, name: "no display" },
    clear: async () => {},
    close: async () => {},
  };
  return { display, warnings: [] };
}
