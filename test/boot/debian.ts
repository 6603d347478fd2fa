import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Arch } from "./machine.ts";
import { CACHE, run, runTelling } from "./shell.ts";

/** Debian 12 and 13. The latter is what Raspberry Pi OS follows; its Node.js is new enough. */
export type Suite = "bookworm" | "trixie";

export interface Recipe {
  /** What it is for, in one word. */
  readonly purpose: string;
  /** Debian's stable release where it is not told. */
  readonly suite?: Suite;
  readonly arch: Arch;
  readonly packages: readonly string[];
  /** Files that are there before any but the essential packages are, by their path without the leading slash. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A Debian root as a tar, which is built once for each recipe. */
export function debianRoot({ purpose, suite = "trixie", arch, packages, settings }: Recipe): string {
  if (!isNative(arch)) registerArm64();
  const recipe = [
    ...["--mode=root", "--variant=minbase", `--architectures=${arch}`],
    // Each package would wait for the disk a dozen times. Programs under qemu-user hang where libeatmydata is loaded.
    isNative(arch) ? "--hook-dir=/usr/share/mmdebstrap/hooks/eatmydata" : "--dpkgopt=force-unsafe-io",
    `--include=${packages.join(",")}`,
    ...proxies().map((line) => `--aptopt=${line}`),
  ];
  const mirrors = mirrorsOf(suite);
  const hash = createHash("sha256").update(JSON.stringify([suite, mirrors, recipe, settings]));
  const name = `${arch}-${purpose}-${hash.digest("hex").slice(0, 12)}`;
  const tar = join(CACHE, `${name}.tar`);
  if (existsSync(tar)) return tar;

  mkdirSync(CACHE, { recursive: true });
  const started = performance.now();
  console.error(`building a Debian ${suite} root for ${arch}`);
  const settingsDirectory = join(CACHE, `settings-${name}`);
  mkdirSync(settingsDirectory, { recursive: true });
  for (const [path, text] of Object.entries(settings)) {
    mkdirSync(join(settingsDirectory, dirname(path)), { recursive: true });
    writeFileSync(join(settingsDirectory, path), text);
  }
  const unfinished = join(CACHE, `unfinished-${name}.tar`);
  rmSync(unfinished, { force: true });
  // After the essential packages and before the others, such as a kernel whose initramfs is then made once and small.
  runTelling(
    ...["mmdebstrap", ...recipe, `--essential-hook=sync-in ${settingsDirectory} /`],
    ...[suite, unfinished, ...mirrors],
  );
  renameSync(unfinished, tar);
  console.error(`the root was built in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return tar;
}

/** Lines of sources.list(5): where this machine has Debian from. None where it is another system: mmdebstrap knows one. */
function mirrorsOf(suite: Suite): string[] {
  const release = readFileSync("/etc/os-release", "utf8");
  const own = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? "";
  const lines = run(
    ...["apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"],
    ...["Created-By: Packages", "Origin: Debian"],
  );
  const ofSuite = new RegExp(`^(deb \\S+ )${own}(?=[ -])`);
  return [...new Set(lines.split("\n"))]
    .filter((line) => ofSuite.test(line))
    .map((line) => line.replace(ofSuite, `$1${suite}`))
    .sort();
}

/** Lines of apt.conf(5): the way to them. */
function proxies(): string[] {
  const settings = ["Acquire::http::Proxy", "Acquire::https::Proxy"];
  return run("apt-config", "dump", "--format", '%F "%v";%n', ...settings)
    .split("\n")
    .filter(Boolean);
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
