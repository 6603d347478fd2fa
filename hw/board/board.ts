import { hostname } from "node:os";
import { readText } from "../../daemon/core/files.ts";
import { canonicalSerial, isSampleText, isShared } from "./serial.ts";

export type SerialSource = "device-tree" | "soc" | "cpuinfo" | "dmi";

/** One number that the kernel knows the board by. */
export interface BoardSerial {
  /** Canonical form, see `canonicalSerial`. */
  readonly value: string;
  readonly source: SerialSource;
  /** Where it was read, without the root prefix. */
  readonly path: string;
}

export interface RefusedSerial {
  /** Canonical form, by which a unit may be known that took it once; null where it has none. */
  readonly value: string | null;
  readonly path: string;
}

/** What the board says of itself. Never a MAC address and never a host name: both change hands. */
export interface Board {
  /**
   * Best first, each value once. A kernel or a privilege may hide some of them, so compare with all. Where device tree
   * and chip disagree, the chip's own is the better one: the other was stored by a boot loader.
   */
  readonly serials: readonly BoardSerial[];
  /** What was found in place of a serial number: zeros, sample text, what many units share. */
  readonly refused: readonly RefusedSerial[];
  /** "Raspberry Pi 4 Model B Rev 1.4"; printable ASCII; null where the board does not say. */
  readonly model: string | null;
  /** machine-id(5): 32 lower-case hexadecimal digits. Confidential: never send or show it as it stands. */
  readonly machineId: string | null;
}

const SERIALS: readonly { readonly source: SerialSource; readonly path: string; readonly line?: RegExp }[] = [
  { source: "device-tree", path: "/sys/firmware/devicetree/base/serial-number" },
  // The same through procfs, for kernels built without the sysfs copy.
  { source: "device-tree", path: "/proc/device-tree/serial-number" },
  { source: "soc", path: "/sys/devices/soc0/serial_number" },
  { source: "cpuinfo", path: "/proc/cpuinfo", line: /^Serial\s*:\s*(.*)$/m },
  // Readable by root alone (drivers/firmware/dmi-id.c): a daemon with its own user sees neither.
  { source: "dmi", path: "/sys/class/dmi/id/product_uuid" },
  { source: "dmi", path: "/sys/class/dmi/id/board_serial" },
];

const MODELS = [
  "/sys/firmware/devicetree/base/model",
  "/proc/device-tree/model",
  "/sys/class/dmi/id/product_name",
  "/sys/class/dmi/id/board_name",
];

const LONGEST_MODEL = 64;

/** Reads what the kernel and the image say of this board; whatever is missing or unreadable is left out. */
export async function readBoard(root: string): Promise<Board> {
  const serials: BoardSerial[] = [];
  const refused: RefusedSerial[] = [];
  const model = readModel(root);
  for (const { source, path, line } of SERIALS) {
    const content = readText(root + path);
    const raw = line === undefined ? content : line.exec(content ?? "")?.[1];
    if (raw === undefined || raw === null || !/[^\0\s]/.test(raw)) continue;
    const value = canonicalSerial(raw);
    if (value === null || isShared(value, model)) refused.push({ value, path });
    else if (!serials.some((serial) => serial.value === value)) serials.push({ value, source, path });
  }
  const running = root === "" || root === "/";
  const disputed = disputedSerial(serials);
  return {
    serials: disputed === null ? serials : [...serials.filter((serial) => serial !== disputed), disputed],
    refused,
    model,
    machineId: await readMachineId(root, running ? askLibrary : null),
  };
}

/**
 * The device tree's number where the chip has another one: a boot loader's, which may have given it to every unit. That of
 * a maker who burnt one in looks the same, so it is told and not refused. Null where they agree: some kernels print half.
 */
export function disputedSerial(serials: readonly BoardSerial[]): BoardSerial | null {
  const stored = serials.find(({ source }) => source === "device-tree");
  const chip = serials.find(({ source }) => source === "soc" || source === "cpuinfo");
  if (stored === undefined || chip === undefined) return null;
  const agree = stored.value.endsWith(significant(chip)) || chip.value.endsWith(significant(stored));
  return agree ? null : stored;
}

function significant({ value }: BoardSerial): string {
  return value.replace(/^0+/, "");
}

/**
 * The machine-id, read by ourselves. node-machine-id is asked only for a running system that has no
 * /etc/machine-id at all (no systemd; D-Bus keeps one in /var/lib/dbus), because it would prefer a stale D-Bus copy
 * to a file that was emptied on purpose so that each unit makes its own, and falls back to the host name.
 *
 * @param ask node-machine-id's raw value; null where `root` is not the running system
 */
export async function readMachineId(
  root: string,
  ask: (() => Promise<string>) | null,
): Promise<string | null> {
  const content = readText(`${root}/etc/machine-id`);
  if (content !== null || ask === null) return checkedMachineId(content ?? "");
  try {
    const answer = await ask();
    return answer === hostname().toLowerCase() ? null : checkedMachineId(answer);
  } catch {
    return null;
  }
}

/** Loaded where it is asked: it starts programs, and hardly any system needs it. */
async function askLibrary(): Promise<string> {
  const { default: nodeMachineId } = await import("node-machine-id");
  return nodeMachineId.machineIdSync(true);
}

/** Null for "", "uninitialized" (machine-id(5), First Boot Semantics), the null id, a host name. */
function checkedMachineId(content: string): string | null {
  const id = content.trim().toLowerCase();
  return /^[0-9a-f]{32}$/.test(id) && !isShared(id.toUpperCase(), null) ? id : null;
}

function readModel(root: string): string | null {
  for (const path of MODELS) {
    const model = readText(root + path)
      ?.replace(/[^ -~]+/g, " ")
      .trim()
      .slice(0, LONGEST_MODEL);
    if (model !== undefined && model !== "" && !isSampleText(model)) return model;
  }
  return null;
}
