import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { debianRoot } from "../boot/debian.ts";
import type { Arch } from "../boot/machine.ts";
import { CACHE, run } from "../boot/shell.ts";
import { waitFor } from "../boot/wait.ts";

/** What the smallest image of Debian for a board holds; everything else is the package's to ask for. */
const PACKAGES = ["systemd", "systemd-sysv", "udev", "dbus", "sudo", "ca-certificates"];

/** Debian 13 with little in it, as a tar. */
export function boardRoot(arch: Arch): string {
  return debianRoot({ purpose: "board", arch, packages: PACKAGES, settings: {} });
}

/** A fresh Debian in a directory of its own. */
export function freshDebian(arch: Arch): string {
  const root = mkdtempSync(join(CACHE, `${arch}-`));
  run("tar", "-xf", boardRoot(arch), "-C", root);
  return root;
}

export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A Debian that runs under its own systemd, in namespaces of this machine's kernel and on its network. No devices and
 * no device policy; those are the boot test's.
 */
export class Container {
  readonly root: string;
  readonly #nspawn: number;
  readonly #leader: number;

  private constructor(root: string, nspawn: number, leader: number) {
    this.root = root;
    this.#nspawn = nspawn;
    this.#leader = leader;
  }

  static async start(root: string): Promise<Container> {
    const nspawn = spawn(
      "systemd-nspawn",
      [
        ...["--quiet", `--directory=${root}`, `--machine=c2cd-${process.pid}`, "--boot"],
        ...["--register=no", "--keep-unit", "--console=read-only", "--resolv-conf=copy-host"],
      ],
      // Debian 13's systemd runs on the unified hierarchy alone.
      { stdio: "ignore", detached: true, env: { ...process.env, UNIFIED_CGROUP_HIERARCHY: "1" } },
    );
    const { pid } = nspawn;
    if (pid === undefined) throw new Error("systemd-nspawn can't be started");
    const leader = await waitFor("the container's first process", 60_000, async () => leaderOf(pid));
    const container = new Container(root, pid, leader);
    await waitFor("the container's systemd", 180_000, async () => {
      const { stdout } = await container.run("systemctl is-system-running");
      return /running|degraded/.test(stdout) || null;
    });
    return container;
  }

  /** Runs a command line as root. */
  async run(command: string, timeout = 300_000): Promise<Result> {
    try {
      const { stdout, stderr } = await promisify(execFile)(
        "nsenter",
        [
          ...[`--target=${this.#leader}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"],
          ...["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "TERM=dumb"],
          ...["sh", "-c", command],
        ],
        { encoding: "utf8", timeout, maxBuffer: 1 << 26 },
      );
      return { status: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
      if (typeof code !== "number") throw error;
      return { status: code, stdout, stderr };
    }
  }

  /** The same, for a command that must succeed; its output. */
  async check(command: string, timeout?: number): Promise<string> {
    const { status, stdout, stderr } = await this.run(command, timeout);
    if (status !== 0) throw new Error(`${command}: status ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  async stop(): Promise<void> {
    process.kill(this.#leader, "SIGKILL");
    await waitFor(
      "the end of the container",
      60_000,
      async () => !existsSync(`/proc/${this.#nspawn}`) || null,
    );
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The one child of systemd-nspawn that lives in a process namespace of its own; null until there is one. */
function leaderOf(nspawn: number): number | null {
  try {
    const children = readFileSync(`/proc/${nspawn}/task/${nspawn}/children`, "utf8")
      .split(" ")
      .filter(Boolean);
    const here = readlinkSync("/proc/self/ns/pid");
    const found = children.find((child) => readlinkSync(`/proc/${child}/ns/pid`) !== here);
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}
