import { accessSync, constants, readdirSync, type Stats, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { CredentialError, loadClientSecret, storedForSystemd } from "../../setup/credentials.ts";
import type { SnapshotView } from "../snapshot.ts";
import { type Check, fail, failed, ok, warn } from "./check.ts";

/** Bytes; SQLite needs room for its journal beside the store. */
const LEAST_ROOM = 16 * 1024 * 1024;
/** What to do about a file that this user may not see. */
export const AS_ROOT = "run c2cctl doctor as root to see it";

/** A file's status; null where there is none, "hidden" where this user may not look. */
function look(path: string): Stats | "hidden" | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOTDIR" || code === "ELOOP" ? null : "hidden";
  }
}

function octal(stats: Stats): string {
  return (stats.mode & 0o777).toString(8).padStart(4, "0");
}

/** @param file `frameio.client_secret_file`; "" where none is configured */
export function checkSecret(root: string, file: string, snapshot: SnapshotView | null): Check {
  if (snapshot !== null && !snapshot.health.some(({ code }) => code.startsWith("secret-")))
    return ok("secret", "the daemon has Frame.io's client_secret");
  if (file !== "" && look(file) === "hidden") return warn("secret", `${file} may not be looked at`, AS_ROOT);
  try {
    const found = loadClientSecret(null, file);
    if (found !== null) return ok("secret", `the client_secret is in ${found.origin}`);
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    return error.message.includes("EACCES")
      ? warn("secret", error.message, AS_ROOT)
      : failed("secret", error, "put the client_secret alone into it");
  }
  const stored = storedForSystemd(root);
  if (stored?.hidden) return warn("secret", `${stored.store} may not be looked at`, AS_ROOT);
  if (stored !== null) return ok("secret", `systemd hands over the client_secret from ${stored.store}`);
  return fail(
    "secret",
    "no client_secret is configured",
    "give it the one that you have from Frame.io: sudo c2cd-provision",
  );
}

/** The store, as far as this user may see it. */
export function checkStorage(root: string): Check {
  const directory = `${root}/var/lib/c2cd`;
  const stats = look(directory);
  if (stats === "hidden") return warn("storage", `${directory} may not be looked at`, AS_ROOT);
  if (stats === null)
    return warn(
      "storage",
      `there is no ${directory} yet`,
      "it is made when c2cd starts: systemctl start c2cd",
    );
  if (!stats.isDirectory())
    return fail("storage", `${directory} is no directory`, "move it away and restart c2cd");
  if ((stats.mode & 0o077) !== 0)
    return fail("storage", `${directory} is open to others (${octal(stats)})`, `run: chmod 700 ${directory}`);
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return warn("storage", `the files in ${directory} may not be looked at`, AS_ROOT);
  }
  for (const name of names) {
    const file = join(directory, name);
    const status = look(file);
    if (status !== null && status !== "hidden" && (status.mode & 0o077) !== 0)
      return fail("storage", `${file} is open to others (${octal(status)})`, `run: chmod 600 ${file}`);
  }
  if (isReadOnly(directory))
    return fail(
      "storage",
      `${directory} is on a file system that takes no writes`,
      "see why: dmesg; a card that failed is mounted read-only",
    );
  const { bavail, bsize, files, ffree } = statfsSync(directory);
  if (files > 0 && ffree === 0)
    return fail("storage", `no more files can be made in ${directory}`, "delete some on that file system");
  const room = bavail * bsize;
  if (room < LEAST_ROOM)
    return fail(
      "storage",
      `only ${Math.floor(room / 1024)} KiB are left for ${directory}`,
      "make room on that file system",
    );
  return ok(
    "storage",
    `${directory} is closed to others and has ${Math.floor(room / 1024 / 1024)} MiB of room`,
  );
}

function isReadOnly(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EROFS";
  }
}

/** Who may change the configuration, and who may ask for tokens. */
export function checkModes(configFile: string, socket: string): Check {
  const config = look(configFile);
  if (config !== null && config !== "hidden" && (config.mode & 0o022) !== 0)
    return fail(
      "permissions",
      `${configFile} can be changed by others (${octal(config)})`,
      `run: chmod 644 ${configFile}`,
    );
  const control = look(socket);
  if (control !== null && control !== "hidden" && (control.mode & 0o007) !== 0)
    return fail(
      "permissions",
      `whoever is on this device can get tokens from ${socket} (${octal(control)})`,
      `run: chmod 660 ${socket}`,
    );
  return ok("permissions", "configuration and control socket are closed to others");
}

/** The button's node, where one is configured. */
export function checkButton(node: string): Check {
  const stats = look(node);
  return stats !== null && (stats === "hidden" || stats.isCharacterDevice())
    ? ok("button", `${node} is there`)
    : fail(
        "button",
        `${node} is no input device or GPIO chip`,
        "set buttons.device; see /proc/bus/input/devices, gpiodetect(1)",
      );
}
