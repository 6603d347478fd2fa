import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianRoot, type Suite } from "../boot/debian.ts";
import type { Arch } from "../boot/machine.ts";
import { CACHE, run } from "../boot/shell.ts";

export type Release = "debian-12" | "debian-13";

const SUITES: Readonly<Record<Release, Suite>> = { "debian-12": "bookworm", "debian-13": "trixie" };

/** Debian 12 has Node.js 18: there it comes from elsewhere, below /usr/local, with the npm that belongs to it. */
const NODE_VERSION = "20.19.6";
const NPM_VERSION = "10.8.2";

/** A Debian with Node.js, npm, git and certificates, in a directory of its own. */
export function freshRoot(release: Release): string {
  const arch: Arch = process.arch === "arm64" ? "arm64" : "amd64";
  const nodejs = release === "debian-12" ? [] : ["nodejs", "npm"];
  const tar = debianRoot({
    purpose: "fresh",
    suite: SUITES[release],
    arch,
    packages: [...nodejs, "git", "ca-certificates"],
    settings: {},
  });
  const root = mkdtempSync(join(CACHE, `fresh-${release}-`));
  run("tar", "-xf", tar, "-C", root);
  if (release === "debian-12") addNode(root);
  joinNetwork(root);
  return root;
}

/** As the archives that nodejs.org offers are laid out. */
function addNode(root: string): void {
  const local = join(root, "usr/local");
  const npm = join(local, "lib/node_modules/npm");
  mkdirSync(npm, { recursive: true });
  unpack(`node-linux-${process.arch}@${NODE_VERSION}`, local);
  unpack(`npm@${NPM_VERSION}`, npm);
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(local, "bin/npm"));
}

/** Puts what is in an npm package into that directory. */
function unpack(name: string, directory: string): void {
  const scratch = mkdtempSync(join(CACHE, "npm-"));
  const archive = npm("pack", "--silent", `--pack-destination=${scratch}`, name).trim();
  run("tar", "-xzf", join(scratch, archive), "-C", directory, "--strip-components=1", "--no-same-owner");
  rmSync(scratch, { recursive: true });
}

function npm(...args: string[]): string {
  return execFileSync("npm", args, { encoding: "utf8" });
}

/** What npm(1) calls the way to its registry. */
const WAY = ["registry", "proxy", "https-proxy", "noproxy", "strict-ssl"] as const;

/** Names are looked up as on this machine, and npm reaches its registry as here. */
function joinNetwork(root: string): void {
  for (const file of ["/etc/resolv.conf", "/etc/hosts"]) copyFileSync(file, root + file);
  const here = JSON.parse(npm("config", "list", "--json")) as Record<string, unknown>;
  const lines = WAY.filter((key) => here[key] !== null).map((key) => `${key}=${here[key]}\n`);
  if (typeof here.cafile === "string") {
    const cafile = "/etc/ssl/npm-roots.pem";
    copyFileSync(here.cafile, root + cafile);
    lines.push(`cafile=${cafile}\n`);
  }
  writeFileSync(join(root, "root/.npmrc"), lines.join(""));
}
