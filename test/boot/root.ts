import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
  const kernel = `linux-image-${arch}`;
  const recipe = JSON.stringify([SUITE, PACKAGES, kernel, MODULES[arch], BLACKLIST]);
  const name = `${arch}-${createHash("sha256").update(recipe).digest("hex").slice(0, 12)}`;
  const tar = join(CACHE, `${name}.tar`);
  if (existsSync(tar)) return tar;

  mkdirSync(CACHE, { recursive: true });
  if (arch === "arm64") registerArm64();
  console.error(`building a Debian ${SUITE} root for ${arch}`);
  const unfinished = join(CACHE, `unfinished-${name}.tar`);
  rmSync(unfinished, { force: true });
  const files = join(CACHE, name);
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, "modules"), `${MODULES[arch].join("\n")}\n`);
  writeFileSync(join(files, "blacklist"), BLACKLIST.map((module) => `blacklist ${module}\n`).join(""));
  run(
    "mmdebstrap",
    ...["--mode=root", "--variant=minbase", `--architectures=${arch}`],
    ...['--aptopt=Apt::Install-Recommends "false"', `--include=${[...PACKAGES, kernel].join(",")}`],
    ...["/usr/share/doc/*", "/usr/share/locale/*"].map((path) => `--dpkgopt=path-exclude=${path}`),
    `--customize-hook=cp ${files}/modules "$1/etc/initramfs-tools/modules"`,
    `--customize-hook=cp ${files}/blacklist "$1/etc/modprobe.d/emulation.conf"`,
    '--customize-hook=sed -i s/^MODULES=.*/MODULES=list/ "$1/etc/initramfs-tools/initramfs.conf"',
    '--customize-hook=chroot "$1" update-initramfs -u',
    ...[SUITE, unfinished],
  );
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
