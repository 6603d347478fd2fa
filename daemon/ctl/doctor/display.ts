import { existsSync, readdirSync } from "node:fs";
import { isForOthers } from "../../core/address.ts";
import { QUIET } from "../../qr/qr.ts";
import type { Config } from "../../setup/config.ts";
import type { SnapshotView } from "../snapshot.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** What the daemon draws on; while it is down, whether there is something to draw on. */
export function checkDisplay(root: string, config: Config, snapshot: SnapshotView | null): Check {
  const { driver, device } = config.display;
  const shown = isForOthers(config.http.listen)
    ? "the page and c2cctl show the code"
    : "c2cctl shows the code, and so does the page once http.listen puts it on the network, see c2cd.toml(5)";
  if (driver === "none") return ok("display", `switched off; ${shown}`);
  if (snapshot !== null) {
    const { display } = snapshot;
    const what = [display.driver, display.device, display.name]
      .filter((part) => part !== null && part !== "")
      .join(", ");
    const white = whiteAround(display);
    if (white !== null && white < QUIET)
      return warn(
        "display",
        `${what}: the QR code has ${white} modules of white around it where readers want ${QUIET}`,
        "try it with your phones; where one does not read it, the digits do",
      );
    if (display.driver !== null && display.driver !== "none") return ok("display", what);
    return warn("display", "the daemon found none", `plug one in, or set display.driver; ${shown}`);
  }
  if (device.startsWith("/") && driver !== "png")
    return existsSync(root + device)
      ? ok("display", `${device} is there`)
      : fail(
          "display",
          `there is no ${device}`,
          "set display.device, or load the display's driver (dtoverlay)",
        );
  const there = [
    ...readDirectory(`${root}/dev`).filter((name) => /^fb\d+$/.test(name)),
    ...readDirectory(`${root}/dev/dri`).flatMap((name) => (/^card\d+$/.test(name) ? `dri/${name}` : [])),
  ];
  return there.length > 0 || driver !== "auto"
    ? ok("display", there.map((name) => `/dev/${name}`).join(", ") || driver)
    : warn(
        "display",
        "there is no framebuffer and no graphics card",
        `plug a screen in, or set display.driver; ${shown}`,
      );
}

/** Modules of white around the code that is shown; null where none is. */
function whiteAround({ qrModule, qrQuiet }: SnapshotView["display"]): number | null {
  return qrModule === null || qrQuiet === null ? null : qrQuiet / qrModule;
}

function readDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
