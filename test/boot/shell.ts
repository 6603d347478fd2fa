import { execFileSync } from "node:child_process";

/** A host may put programs of its own before Debian's (pyenv's python3 is one): not for what is Debian's business. */
const DEBIAN = { ...process.env, PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

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
