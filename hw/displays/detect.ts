import { statSync } from "node:fs";
import { every } from "../../daemon/core/clock.ts";
import { chooseFramebuffer } from "../linux/fbdev.ts";
import { underRoot } from "../linux/paths.ts";
import { Sysfs } from "../linux/sysfs.ts";
import type { DriverName } from "./contract/display.ts";
import type { DisplayOptions, Host } from "./contract/options.ts";

/** How often the displays are looked over. sysfs has no change events for this, and udev is not everywhere. */
const LOOK_EVERY_MS = 5000;

/** What there is to show pictures on. */
export interface Choice {
  readonly driver: DriverName;
  /** What was taken and why, one sentence for the journal. */
  readonly reason: string;
}

/**
 * The displays to try, best first: the configured one alone, or with `driver = "auto"` the framebuffer that
 * `chooseFramebuffer` takes, then the terminal that the daemon runs in, then none. I2C and SPI panels can't be detected: writing
 * to a bus to find out may upset whatever else is on it.
 */
export function candidates(options: DisplayOptions, host: Host): readonly Choice[] {
  if (options.driver !== "auto")
    return [{ driver: options.driver, reason: `display.driver is "${options.driver}".` }];
  const framebuffer = chooseFramebuffer(new Sysfs(host.root), options);
  const choices: Choice[] = [];
  if (framebuffer !== null)
    choices.push({
      driver: "framebuffer",
      reason: `Took ${framebuffer.node} (${framebuffer.name}, ${framebuffer.visible.width}x${framebuffer.visible.height}): ${KINDS[framebuffer.kind]}.`,
    });
  const absence = framebuffer === null ? "there is no framebuffer" : "no framebuffer can be used";
  if (host.stdout.isTTY === true && options.device === "")
    choices.push({
      driver: "terminal",
      reason: `Took the terminal that c2cd runs in: ${absence}.`,
    });
  choices.push({
    driver: "none",
    reason: `Took no display, since ${absence}: the status page shows the code. A display that arrives later is taken.`,
  });
  return choices;
}

const KINDS = {
  panel: "the device's own panel",
  display: "the kernel drives it",
  firmware: "the firmware set it up and no better one is there",
} as const;

/**
 * Calls `changed` each time that another display than before would be opened, or the same one in another state: it
 * arrived, left, came back, changed its mode or its permissions. The caller then closes what it has and opens anew.
 *
 * @returns what ends the watch
 */
export function watchDisplays(options: DisplayOptions, host: Host, changed: () => void): () => void {
  let seen = state(options, host);
  return every(host.clock, LOOK_EVERY_MS, () => {
    const now = state(options, host);
    if (now === seen) return;
    seen = now;
    changed();
  });
}

function state({ driver, device, width, height }: DisplayOptions, { root, stdout }: Host): string {
  const framebuffer =
    driver === "auto" || driver === "framebuffer"
      ? chooseFramebuffer(new Sysfs(root), { device, width, height })
      : null;
  const onStdout = framebuffer === null && device === "" && (driver === "auto" || driver === "terminal");
  const nodes = [framebuffer?.node ?? "", device.startsWith("/dev/") ? device : ""];
  return JSON.stringify([
    framebuffer,
    onStdout ? [stdout.columns, stdout.rows] : null,
    nodes.filter((node) => node !== "").map((node) => nodeState(underRoot(root, node))),
  ]);
}

/** Identity and permissions, but not the times, which every write changes. */
function nodeState(path: string): readonly number[] | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : [stat.ino, stat.mode, stat.uid, stat.gid];
}
