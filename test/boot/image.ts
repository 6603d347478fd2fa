import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Arch, FRAMEIO_ADDRESS } from "./machine.ts";
import { machineRoot } from "./root.ts";
import { CACHE, run } from "./shell.ts";

/** What a machine boots from. */
export interface Image {
  readonly kernel: string;
  readonly initrd: string;
  readonly disk: string;
  /** The root certificates that its Debian trusts, PEM. */
  readonly roots: string;
  /** Of a Raspberry Pi 3B, as the kernel's package has it; only with an arm64 kernel. */
  readonly deviceTree: string;
}

/** Where Debian keeps the root certificates that it trusts. */
export const ROOTS = "/etc/ssl/certs/ca-certificates.crt";

/** A file to put on a disk; owned by root. */
export interface DiskFile {
  readonly path: string;
  readonly text: string | Buffer;
  /** Octal permissions; 0644. */
  readonly mode?: number;
}

const ALWAYS: readonly DiskFile[] = [
  { path: "/etc/systemd/network/80-dhcp.network", text: "[Match]\nType=ether\n[Network]\nDHCP=yes\n" },
  { path: "/etc/hostname", text: "camera\n" },
  { path: "/etc/hosts", text: `127.0.0.1 localhost camera\n${FRAMEIO_ADDRESS} api.frame.io\n` },
  { path: "/etc/fstab", text: "/dev/vda / ext4 defaults 0 1\n" },
];

/**
 * A bootable disk: Debian with the package installed, or without any where `deb` is null. Made once for each package.
 */
export function bootImage(arch: Arch, deb: string | null): Image {
  const tar = machineRoot(arch);
  const hash = createHash("sha256").update(JSON.stringify([basename(tar), ALWAYS, "3"]));
  if (deb !== null) hash.update(readFileSync(deb));
  const directory = join(CACHE, `image-${arch}-${hash.digest("hex").slice(0, 12)}`);
  const image = {
    kernel: join(directory, "kernel"),
    initrd: join(directory, "initrd"),
    disk: join(directory, "disk"),
    roots: join(directory, "roots"),
    deviceTree: join(directory, "device-tree"),
  };
  if (existsSync(directory)) return image;

  console.error(`making a disk for ${arch}${deb === null ? "" : ` with ${basename(deb)}`}`);
  for (const old of readdirSync(CACHE)
    .filter((name) => name.startsWith(`image-${arch}-`))
    .slice(2))
    rmSync(join(CACHE, old), { recursive: true });
  const unfinished = mkdtempSync(join(CACHE, "unfinished-"));
  const root = join(unfinished, "root");
  mkdirSync(root);
  run("tar", "-xf", tar, "-C", root);
  for (const { path, text } of ALWAYS) writeFileSync(join(root, path), text);
  run("chroot", root, "systemctl", "--quiet", "enable", "systemd-networkd");
  run("chroot", root, "passwd", "--quiet", "--delete", "root");
  if (deb !== null) {
    copyFileSync(deb, join(root, "c2cd.deb"));
    run("chroot", root, "dpkg", "--install", "/c2cd.deb");
    rmSync(join(root, "c2cd.deb"));
  }
  const find = (directory: string, prefix: string) => {
    const name = readdirSync(join(root, directory)).find((file) => file.startsWith(prefix));
    return join(root, directory, name ?? `no ${prefix}`);
  };
  copyFileSync(find("boot", "vmlinuz-"), join(unfinished, "kernel"));
  copyFileSync(find("boot", "initrd.img-"), join(unfinished, "initrd"));
  copyFileSync(join(root, ROOTS), join(unfinished, "roots"));
  if (arch === "arm64")
    copyFileSync(
      join(find("usr/lib", "linux-image-"), "broadcom/bcm2837-rpi-3-b.dtb"),
      join(unfinished, "device-tree"),
    );
  run("mke2fs", "-q", "-t", "ext4", "-d", root, join(unfinished, "disk"), "900M");
  rmSync(root, { recursive: true });
  renameSync(unfinished, directory);
  return image;
}

/** A disk of one case's own with the files written onto it: at `to`. */
export function copyDisk(disk: string, to: string, files: readonly DiskFile[]): void {
  run("cp", "--sparse=always", disk, to);
  if (files.length === 0) return;
  const scratch = mkdtempSync(join(tmpdir(), "c2cd-files-"));
  const made = new Set<string>();
  const script = files.flatMap(({ path, text, mode = 0o644 }, index) => {
    const source = join(scratch, String(index));
    writeFileSync(source, text);
    const parents = path
      .split("/")
      .slice(1, -1)
      .map((_, depth, all) => `/${all.slice(0, depth + 1).join("/")}`);
    const missing = parents.filter((parent) => !made.has(parent));
    for (const parent of missing) made.add(parent);
    return [
      // Those that are there already are refused, which is no harm.
      ...missing.map((parent) => `mkdir ${parent}`),
      `rm ${path}`,
      `write ${source} ${path}`,
      `set_inode_field ${path} mode 0${(0o100000 | mode).toString(8)}`,
      `set_inode_field ${path} uid 0`,
      `set_inode_field ${path} gid 0`,
    ];
  });
  writeFileSync(join(scratch, "script"), `${script.join("\n")}\n`);
  run("debugfs", "-w", "-f", join(scratch, "script"), to);
  rmSync(scratch, { recursive: true });
}
