import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Arch } from "./machine.ts";
import { CACHE, run, runTelling } from "./shell.ts";

/** Debian's stable release, which Raspberry Pi OS follows; its Node.js is new enough. */
const SUITE = "trixie";

export interface Recipe {
  /** What it is for, in one word. */
  readonly purpose: string;
  readonly arch: Arch;
  readonly packages: readonly string[];
  /** Files that are there before any but the essential packages are, by their path without the leading slash. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A Debian root as a tar, which is built once for each recipe. */
export function debianRoot({ purpose, arch, packages, settings }: Recipe): string {
  if (!isNative(arch)) registerArm64();
  const recipe = [
    ...["--mode=root", "--variant=minbase", `--architectures=${arch}`],
    // Each package would wait for the disk a dozen times. Programs under qemu-user hang where libeatmydata is loaded.
    isNative(arch) ? "--hook-dir=/usr/share/mmdebstrap/hooks/eatmydata" : "--dpkgopt=force-unsafe-io",
    `--include=${packages.join(",")}`,
  ];
  const hash = createHash("sha256").update(JSON.stringify([SUITE, recipe, settings]));
  const name = `${arch}-${purpose}-${hash.digest("hex").slice(0, 12)}`;
  const tar = join(CACHE, `${name}.tar`);
  if (existsSync(tar)) return tar;

  mkdirSync(CACHE, { recursive: true });
  const started = performance.now();
  console.error(`building a Debian ${SUITE} root for ${arch}`);
  const settingsDirectory = join(CACHE, `settings-${name}`);
  mkdirSync(settingsDirectory, { recursive: true });
  for (const [path, text] of Object.entries(settings)) {
    mkdirSync(join(settingsDirectory, dirname(path)), { recursive: true });
    writeFileSync(join(settingsDirectory, path), text);
  }
  const unfinished = join(CACHE, `unfinished-${name}.tar`);
  rmSync(unfinished, { force: true });
  // After the essential packages and before the others, such as a kernel whose initramfs is then made once and small.
  runTelling("mmdebstrap", ...recipe, `--essential-hook=sync-in ${settingsDirectory} /`, SUITE, unfinished);
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
