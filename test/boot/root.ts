import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Arch } from "./machine.ts";
import { run } from "./shell.ts";

/** Debian's stable release, which Raspberry Pi OS follows; its Node.js is new enough. */
const SUITE = "trixie";

const PACKAGES = [
  ...["systemd", "systemd-sysv", "systemd-timesyncd", "libpam-systemd", "udev", "dbus", "kmod", "login"],
  ...["initramfs-tools", "busybox-static", "zstd", "qemu-guest-agent", "iproute2", "kbd", "curl"],
  ...["nodejs", "ca-certificates"],
];

/** Loaded by the initramfs: what the root file system is on, and the screen, as boards have it. */
const MODULES: Readonly<Record<Arch, readonly string[]>> = {
  amd64: ["virtio_pci", "virtio_blk", "ext4", "bochs"],
  arm64: ["virtio_pci", "virtio_blk", "ext4", "virtio_gpu"],
};

/** The emulated machine has none of this, and each driver costs emulated seconds to probe. */
const BLACKLIST = [
  "kvm",
  "kvm_amd",
  "kvm_intel",
  "ahci",
  "iTCO_wdt",
  "lpc_ich",
  "i2c_i801",
  "pcspkr",
  "powernow_k8",
];

/** Directory of everything that is slow to make and may be made again. */
export const CACHE = ".cache/boot";

/** A Debian root without c2cd, as a tar that is built once for each list of packages. */
export function debianRoot(arch: Arch): string {
  const settings: Readonly<Record<string, string>> = {
    "/etc/initramfs-tools/conf.d/emulation": "MODULES=list\n",
    "/usr/share/initramfs-tools/modules.d/emulation": `${MODULES[arch].join("\n")}\n`,
    "/etc/modprobe.d/emulation.conf": BLACKLIST.map((module) => `blacklist ${module}\n`).join(""),
  };
  const recipe = [
    ...["--mode=root", "--variant=minbase", `--architectures=${arch}`],
    ...[
      '--aptopt=Apt::Install-Recommends "false"',
      `--include=${[...PACKAGES, `linux-image-${arch}`].join(",")}`,
    ],
    ...["/usr/share/doc/*", "/usr/share/locale/*"].map((path) => `--dpkgopt=path-exclude=${path}`),
    // Before the kernel is configured, whose initramfs is then made once and small.
    ...Object.entries(settings).map(
      ([path, text]) =>
        `--essential-hook=mkdir -p "$1${dirname(path)}" && printf '${text.replaceAll("\n", "\\n")}' >"$1${path}"`,
    ),
  ];
  const hash = createHash("sha256").update(JSON.stringify([SUITE, recipe]));
  const name = `${arch}-${hash.digest("hex").slice(0, 12)}`;
  const tar = join(CACHE, `${name}.tar`);
  if (existsSync(tar)) return tar;

  mkdirSync(CACHE, { recursive: true });
  if (arch === "arm64") registerArm64();
  console.error(`building a Debian ${SUITE} root for ${arch}`);
  const unfinished = join(CACHE, `unfinished-${name}.tar`);
  rmSync(unfinished, { force: true });
  run("mmdebstrap", ...recipe, SUITE, unfinished);
  renameSync(unfinished, tar);
  return tar;
}

/** Has the kernel run arm64 programs through qemu-user, on hosts where no service has done so. */
export function registerArm64(): void {
  if (process.arch === "arm64" || existsSync("/proc/sys/fs/binfmt_misc/qemu-aarch64")) return;
  if (!existsSync("/proc/sys/fs/binfmt_misc/register"))
    run("mount", "-t", "binfmt_misc", "binfmt_misc", "/proc/sys/fs/binfmt_misc");
  writeFileSync(
    "/proc/sys/fs/binfmt_misc/register",
    readFileSync("/usr/lib/binfmt.d/qemu-aarch64.conf", "latin1").trim(),
    "latin1",
  );
}
