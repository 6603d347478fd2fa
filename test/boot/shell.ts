import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

/** Directory of everything that is slow to make and may be made again. */
export const CACHE = ".cache/boot";

const DEBIAN = {
  ...process.env,
  // A host may put programs of its own before Debian's, as pyenv does: not for what is Debian's business.
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  // A whole system is larger than many a /tmp.
  TMPDIR: resolve(CACHE),
};

/** Runs a program; what it prints is shown only where it fails. */
export function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, {
    encoding: "utf8",
    env: DEBIAN,
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 26,
  });
}

/** `run`, for what takes minutes: its messages are shown as they come. */
export function runTelling(program: string, ...args: string[]): void {
  execFileSync(program, args, { env: DEBIAN, stdio: ["ignore", 2, 2] });
}
