import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Arch } from "./machine.ts";
import { CACHE, run, runTelling } from "./shell.ts";

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
  arm64: [
    ...["virtio_pci", "virtio_blk", "ext4", "virtio_gpu"],
    // The Raspberry Pi's SD card.
    ...["mmc_block", "bcm2835", "sdhci_iproc", "bcm2835_dma"],
  ],
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

/** Files of packages that no case looks at: most of what would be written, packed and copied. */
const LEFT_OUT = [
  ...["/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/man/*", "/usr/share/i18n/*", "/usr/include/*"],
  ...[
    ...[
      "sound",
      "net/netfilter",
      "net/wireless",
      "fs/btrfs",
      "fs/ocfs2",
      "fs/xfs",
      "drivers/ata",
      "drivers/iio",
    ],
    ...["drivers/infiniband", "drivers/md", "drivers/media", "drivers/mtd", "drivers/net/ethernet"],
    ...["drivers/net/wireless", "drivers/scsi", "drivers/staging"],
    ...["amd", "i915", "nouveau", "radeon", "xe"].map((gpu) => `drivers/gpu/drm/${gpu}`),
  ].map((part) => `*/modules/*/kernel/${part}/*`),
];

/** A Debian root without c2cd, as a tar that is built once for each list of packages. */
export function debianRoot(arch: Arch): string {
  const settings = {
    "etc/initramfs-tools/conf.d/emulation": "MODULES=list\n",
    "usr/share/initramfs-tools/modules.d/emulation": `${MODULES[arch].join("\n")}\n`,
    "etc/modprobe.d/emulation.conf": BLACKLIST.map((module) => `blacklist ${module}\n`).join(""),
    "etc/dpkg/dpkg.cfg.d/emulation": LEFT_OUT.map((path) => `path-exclude ${path}\n`).join(""),
  };
  const recipe = [
    ...["--mode=root", "--variant=minbase", `--architectures=${arch}`],
    // Each package would wait for the disk a dozen times. Programs under qemu-user hang where libeatmydata is loaded.
    isNative(arch) ? "--hook-dir=/usr/share/mmdebstrap/hooks/eatmydata" : "--dpkgopt=force-unsafe-io",
    `--include=${[...PACKAGES, `linux-image-${arch}`].join(",")}`,
  ];
  const hash = createHash("sha256").update(JSON.stringify([SUITE, recipe, settings]));
  const name = `${arch}-${hash.digest("hex").slice(0, 12)}`;
  const tar = join(CACHE, `${name}.tar`);
  if (existsSync(tar)) return tar;

  mkdirSync(CACHE, { recursive: true });
  if (!isNative(arch)) registerArm64();
  const started = performance.now();
  console.error(`building a Debian ${SUITE} root for ${arch}`);
  const settingsDirectory = join(CACHE, `settings-${name}`);
  for (const [path, text] of Object.entries(settings)) {
    mkdirSync(join(settingsDirectory, dirname(path)), { recursive: true });
    writeFileSync(join(settingsDirectory, path), text);
  }
  const unfinished = join(CACHE, `unfinished-${name}.tar`);
  rmSync(unfinished, { force: true });
  runTelling(
    "mmdebstrap",
    ...recipe,
    // After the essential packages and before the kernel, whose initramfs is then made once and small.
    `--essential-hook=sync-in ${settingsDirectory} /`,
    ...[SUITE, unfinished],
  );
  renameSync(unfinished, tar);
  console.error(`the root was built in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return tar;
}

export function isNative(arch: Arch): boolean {
  return process.arch === (arch === "amd64" ? "x64" : arch);
}

/** Has the kernel run arm64 programs through qemu-user, on hosts where no service has done so. */
export function registerArm64(): void {
  if (existsSync("/proc/sys/fs/binfmt_misc/qemu-aarch64")) return;
  if (!existsSync("/proc/sys/fs/binfmt_misc/register"))
    run("mount", "-t", "binfmt_misc", "binfmt_misc", "/proc/sys/fs/binfmt_misc");
  writeFileSync(
    "/proc/sys/fs/binfmt_misc/register",
    readFileSync("/usr/lib/binfmt.d/qemu-aarch64.conf", "latin1").trim(),
    "latin1",
  );
}
