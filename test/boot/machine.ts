import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { JsonLines, PeerError } from "./json-lines.ts";

export type Arch = "amd64" | "arm64";

export interface Boot {
  readonly arch: Arch;
  readonly kernel: string;
  readonly initrd: string;
  /** Raw ext4 image. */
  readonly disk: string;
  /** Whether what the guest writes outlives the machine; a power cut then loses what the guest had not synced. */
  readonly durable?: boolean;
  /** Real-time clock at power-on, as QEMU's `-rtc base=` takes it. */
  readonly rtc?: string;
  readonly append?: string;
  /** The network cable is out until `plug(true)`. */
  readonly unplugged?: boolean;
}

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A whole computer in software emulation, seen from outside: its screen, its keys, its power switch. */
export class Machine {
  readonly serialLog: string;
  /** `performance.now()` at power-on. */
  readonly startedAt = performance.now();
  readonly #directory: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #monitor: JsonLines;
  #agent: JsonLines | null = null;

  private constructor(directory: string, process: ChildProcess, monitor: JsonLines) {
    this.#directory = directory;
    this.serialLog = join(directory, "serial.log");
    this.#process = process;
    this.#exited = once(process, "exit");
    this.#monitor = monitor;
  }

  static async powerOn(boot: Boot): Promise<Machine> {
    const directory = mkdtempSync(join(tmpdir(), "c2cd-boot-"));
    const log = openSync(join(directory, "qemu.log"), "w");
    const [program, ...args] = commandLine(boot, directory);
    const process = spawn("nice", ["-n", "5", program ?? "", ...args], { stdio: ["ignore", log, log] });
    try {
      const monitor = await waitFor("QEMU's monitor", 20_000, async () => {
        if (process.exitCode !== null)
          throw new Error(`QEMU ended: ${readFileSync(join(directory, "qemu.log"), "utf8")}`);
        return existsSync(join(directory, "qmp")) ? await JsonLines.connect(join(directory, "qmp")) : null;
      });
      await monitor.command("qmp_capabilities");
      const machine = new Machine(directory, process, monitor);
      if (boot.unplugged) await machine.plug(false);
      await monitor.command("cont");
      return machine;
    } catch (error) {
      process.kill("SIGKILL");
      throw error;
    }
  }

  /** What the screen shows, as a PNG. */
  async screen(): Promise<Buffer> {
    const file = join(this.#directory, "screen.png");
    await this.#monitor.command("screendump", { filename: file, format: "png" });
    return readFileSync(file);
  }

  /** @param keys QEMU's key names, pressed together, e.g. `["ctrl", "alt", "f2"]` */
  async press(keys: readonly string[], holdMs = 100): Promise<void> {
    await this.#monitor.command("send-key", {
      keys: keys.map((data) => ({ type: "qcode", data })),
      "hold-time": holdMs,
    });
  }

  async plug(up: boolean): Promise<void> {
    await this.#monitor.command("set_link", { name: "net0", up });
  }

  /** Runs a shell command as root in the guest; waits for it to end. */
  async run(command: string, timeout = 60_000): Promise<Ran> {
    const agent = await this.#connectAgent();
    const { pid } = (await agent.command("guest-exec", {
      path: "/bin/sh",
      arg: ["-c", command],
      "capture-output": true,
    })) as { pid: number };
    return waitFor(`the end of: ${command}`, timeout, async () => {
      const status = (await agent.command("guest-exec-status", { pid })) as {
        exited: boolean;
        exitcode?: number;
        "out-data"?: string;
        "err-data"?: string;
      };
      if (!status.exited) return null;
      const text = (data: string | undefined) => Buffer.from(data ?? "", "base64").toString();
      return {
        status: status.exitcode ?? -1,
        stdout: text(status["out-data"]),
        stderr: text(status["err-data"]),
      };
    });
  }

  /** `run`, for commands that must succeed; returns stdout. */
  async check(command: string, timeout?: number): Promise<string> {
    const { status, stdout, stderr } = await this.run(command, timeout);
    if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** Pulls the plug, at once. */
  async cutPower(): Promise<void> {
    this.#agent?.close();
    this.#monitor.close();
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill("SIGKILL");
      await this.#exited;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  serial(): string {
    return existsSync(this.serialLog) ? readFileSync(this.serialLog, "latin1") : "";
  }

  async #connectAgent(): Promise<JsonLines> {
    this.#agent ??= await waitFor("the guest agent", 180_000, async () => {
      const agent = await JsonLines.connect(join(this.#directory, "agent"));
      try {
        await agent.command("guest-ping", {}, 3000);
        return agent;
      } catch (error) {
        agent.close();
        if (error instanceof PeerError) return null;
        throw error;
      }
    });
    return this.#agent;
  }
}

/** Asks `attempt` until it answers with something else than null. @param timeout milliseconds */
export async function waitFor<T>(
  what: string,
  timeout: number,
  attempt: () => Promise<T | null>,
  pause = 250,
): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const found = await attempt();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`waited ${timeout / 1000} s in vain for ${what}`);
    await sleep(pause);
  }
}

function commandLine(boot: Boot, directory: string): string[] {
  const cache = boot.durable ? "cache=writeback" : "cache=unsafe,snapshot=on";
  const console = boot.arch === "amd64" ? "ttyS0" : "ttyAMA0";
  const common = [
    ...["-accel", "tcg,thread=multi", "-smp", "2", "-m", "512", "-nodefaults", "-no-reboot", "-S"],
    ...["-display", "none", "-kernel", boot.kernel, "-initrd", boot.initrd],
    ...["-append", `root=/dev/vda rw console=tty0 console=${console} panic=5 ${boot.append ?? ""}`],
    ...["-drive", `file=${boot.disk},if=none,id=disk0,format=raw,${cache}`],
    ...["-device", "virtio-blk-pci,drive=disk0"],
    ...["-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0,romfile="],
    ...["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"],
    ...["-chardev", `socket,id=agent,path=${directory}/agent,server=on,wait=off`],
    ...["-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"],
    ...["-qmp", `unix:${directory}/qmp,server=on,wait=off`],
    ...["-serial", `file:${directory}/serial.log`],
    ...(boot.rtc === undefined ? [] : ["-rtc", `base=${boot.rtc}`]),
  ];
  return boot.arch === "amd64"
    ? ["qemu-system-x86_64", "-machine", "q35", "-cpu", "Nehalem", "-vga", "std", ...common]
    : [
        ...["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72"],
        ...["-device", "virtio-gpu-pci", "-device", "virtio-keyboard-pci", ...common],
      ];
}
