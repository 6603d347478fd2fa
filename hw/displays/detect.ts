import { statSync } from "node:fs";
import { paced } from "../../daemon/core/clock.ts";
import { chooseOutput, noneConnected } from "../linux/drm.ts";
import { chooseFramebuffer } from "../linux/fbdev.ts";
import { underRoot } from "../linux/paths.ts";
import { Sysfs } from "../linux/sysfs.ts";
import type { DriverName } from "./contract/display.ts";
import type { DisplayOptions, Host } from "./contract/options.ts";

/** What there is to show pictures on. */
export interface Choice {
  readonly driver: DriverName;
  /** What was taken and why, one sentence for the journal. */
  readonly reason: string;
}

/**
 * The displays to try, best first: the configured one alone, or with `driver = "auto"` what the kernel drives, then the
 * terminal that the daemon runs in, then none. I2C and SPI panels can't be detected: writing to a bus to find out may
 * upset whatever else is on it.
 */
export function candidates(options: DisplayOptions, host: Host): readonly Choice[] {
  if (options.driver !== "auto")
    return [{ driver: options.driver, reason: `display.driver is "${options.driver}".` }];
  const choices = ofTheKernel(options, host.root);
  const absence = choices.length === 0 ? "there is no framebuffer" : "no framebuffer can be used";
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

/**
 * The best framebuffer, and the best output of a graphics card that has none. The latter comes first where something may be
 * plugged into it, and the framebuffer is the firmware's or shown nowhere.
 */
function ofTheKernel(options: DisplayOptions, root: string): Choice[] {
  const { framebuffer, output } = inSight(options, root);
  const choices: Choice[] = [];
  if (framebuffer !== null)
    choices.push({
      driver: "framebuffer",
      reason: `Took ${framebuffer.node} (${framebuffer.name}, ${framebuffer.visible.width}x${framebuffer.visible.height}): ${KINDS[framebuffer.kind]}.`,
    });
  if (output !== null) {
    const seen = output.connector.status !== "disconnected";
    const preferred =
      seen &&
      framebuffer !== null &&
      (framebuffer.kind === "firmware" || noneConnected(framebuffer.connectors));
    choices.splice(preferred ? 0 : choices.length, 0, {
      driver: "drm",
      reason: `Took ${output.connector.name} of ${output.node} (${output.driver}): that card has no framebuffer.`,
    });
  }
  return choices;
}

function inSight(options: DisplayOptions, root: string) {
  const sysfs = new Sysfs(root);
  const is = (...drivers: readonly DisplayOptions["driver"][]) => drivers.includes(options.driver);
  return {
    framebuffer: is("auto", "framebuffer") ? chooseFramebuffer(sysfs, options) : null,
    output: is("auto", "drm") ? chooseOutput(sysfs, options.device) : null,
  };
}

const KINDS = {
  panel: "the device's own panel",
  display: "the kernel drives it",
  firmware: "the firmware set it up and no better one is there",
} as const;

/**
 * Calls `changed` each time that another display than before would be opened, or the same one in another state: it
 * arrived, left, came back, changed its mode or its permissions. The caller then closes what it has and opens anew.
 * They are looked over each `interval()` milliseconds: sysfs has no events for this, and udev is not everywhere.
 *
 * @returns what ends the watch
 */
export function watchDisplays(
  options: DisplayOptions,
  host: Host,
  interval: () => number,
  changed: () => void,
): () => void {
  let seen = state(options, host);
  return paced(host.clock, interval, () => {
    const now = state(options, host);
    if (now === seen) return;
    seen = now;
    changed();
  }).stop;
}

function state(options: DisplayOptions, { root, stdout }: Host): string {
  const { driver, device } = options;
  const { framebuffer, output } = inSight(options, root);
  const onStdout =
    framebuffer === null && output === null && device === "" && (driver === "auto" || driver === "terminal");
  const nodes = [framebuffer?.node ?? "", output?.node ?? "", device.startsWith("/dev/") ? device : ""];
  // What is not known is found out by opening it: that is no reason to open it again.
  const plugged = output !== null && output.connector.status !== "disconnected";
  return JSON.stringify([
    framebuffer,
    output && [output.node, output.connector.name, plugged],
    onStdout ? [stdout.columns, stdout.rows] : null,
    nodes.filter((node) => node !== "").map((node) => nodeState(underRoot(root, node))),
  ]);
}

/** Identity and permissions, but not the times, which every write changes. */
function nodeState(path: string): readonly number[] | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : [stat.ino, stat.mode, stat.uid, stat.gid];
}
