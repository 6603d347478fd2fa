import { debianRoot } from "./debian.ts";
import type { Arch } from "./machine.ts";

const PACKAGES = [
  ...["systemd", "systemd-sysv", "systemd-timesyncd", "libpam-systemd", "udev", "dbus", "kmod", "login"],
  ...["initramfs-tools", "busybox-static", "zstd", "qemu-guest-agent", "iproute2", "kbd", "curl"],
  ...["nodejs", "ca-certificates", "sudo"],
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

/** What a machine has without c2cd, as a tar. */
export function machineRoot(arch: Arch): string {
  return debianRoot({
    purpose: "machine",
    arch,
    packages: [...PACKAGES, `linux-image-${arch}`],
    settings: {
      "etc/initramfs-tools/conf.d/emulation": "MODULES=list\n",
      "usr/share/initramfs-tools/modules.d/emulation": `${MODULES[arch].join("\n")}\n`,
      "etc/modprobe.d/emulation.conf": BLACKLIST.map((module) => `blacklist ${module}\n`).join(""),
      "etc/dpkg/dpkg.cfg.d/emulation": LEFT_OUT.map((path) => `path-exclude ${path}\n`).join(""),
    },
  });
}
