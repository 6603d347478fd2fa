import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type GuestShell, guestAgent, type Ran, serialShell } from "./guest-shell.ts";
import { JsonLines } from "./json-lines.ts";
import { PANELS, type Panel } from "./panels.ts";
import { waitFor } from "./wait.ts";
import { LINES, Wires } from "./wires.ts";

export type Arch = "amd64" | "arm64";

export interface Boot {
  readonly arch: Arch;
  readonly kernel: string;
  readonly initrd: string;
  /** Raw ext4 image. */
  readonly disk: string;
  /** Port of this machine where the guest finds port 443 of `FRAMEIO_ADDRESS`. */
  readonly frameioPort: number;
  /** Whether what the guest writes outlives the machine; a power cut then loses what the guest had not synced. */
  readonly durable?: boolean;
  /** Real-time clock at power-on, as QEMU's `-rtc base=` takes it. */
  readonly rtc?: string;
  readonly append?: string;
  /** The graphics adapter of an amd64 machine, as QEMU's `-vga` takes it; "std" where absent. */
  readonly vga?: "cirrus";
  /** The network cable is out until `plug(true)`. */
  readonly unplugged?: boolean;
  /** Device tree of a Raspberry Pi 3B, to emulate one instead of a machine of virtual devices. */
  readonly raspberryPi?: string;
  /** The panel that is its screen, and the device tree by which it is wired to an arm64 machine: see `Wires`. */
  readonly wired?: { readonly panel: keyof typeof PANELS; readonly deviceTree: string };
}

/**
 * What makes emulation several times slower and is no part of what is tested: page tables that are switched at each
 * system call, and text that is drawn and sent character by character.
 */
const LIGHT = "mitigations=off nokaslr nowatchdog quiet systemd.show_status=no";

// One processor: a kernel that patches its own code under another one that runs it crashes in emulation.
const SIZE: readonly string[] = ["-smp", "1", "-m", "512"];
const Q35: readonly string[] = ["-machine", "q35", "-cpu", "Nehalem", ...SIZE];
/** An arm64 machine's options that its device tree tells of. */
export const VIRT: readonly string[] = ["-machine", "virt", "-cpu", "cortex-a72", ...SIZE];

/** Where guests find Frame.io, on QEMU's own network. */
export const FRAMEIO_ADDRESS = "10.0.2.100";

/** Generous: an emulated machine that runs beside other programs may take minutes to get there. */
const SHELL_LIMIT = 480_000;

/** A whole computer in software emulation, seen from outside: its screen, its keys, its power switch. */
export class Machine {
  readonly serialLog: string;
  readonly #directory: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #monitor: JsonLines;
  readonly #openShell: typeof guestAgent;
  #shell: GuestShell | null = null;
  /** Null where the screen is that of the graphics adapter, and the keys are a keyboard's. */
  #wired: { readonly panel: Panel; readonly wires: Wires } | null = null;

  private constructor(
    directory: string,
    process: ChildProcess,
    monitor: JsonLines,
    openShell: typeof guestAgent,
  ) {
    this.#directory = directory;
    this.serialLog = join(directory, "serial.log");
    this.#process = process;
    this.#exited = once(process, "exit");
    this.#monitor = monitor;
    this.#openShell = openShell;
  }

  static async powerOn(boot: Boot): Promise<Machine> {
    const directory = mkdtempSync(join(tmpdir(), "c2cd-boot-"));
    const log = openSync(join(directory, "qemu.log"), "w");
    const [program, ...args] = commandLine(boot, directory);
    const process = spawn(program ?? "", args, { stdio: ["ignore", log, log] });
    try {
      const monitor = await waitFor("QEMU's monitor", 20_000, async () => {
        if (process.exitCode !== null)
          throw new Error(`QEMU ended: ${readFileSync(join(directory, "qemu.log"), "utf8")}`);
        return existsSync(join(directory, "qmp")) ? await JsonLines.connect(join(directory, "qmp")) : null;
      });
      await monitor.command("qmp_capabilities");
      const machine = new Machine(
        directory,
        process,
        monitor,
        boot.raspberryPi === undefined ? guestAgent : serialShell,
      );
      if (boot.unplugged) await machine.plug(false);
      if (boot.wired !== undefined) await machine.#wire(PANELS[boot.wired.panel]());
      await monitor.command("cont");
      return machine;
    } catch (error) {
      process.kill("SIGKILL");
      throw error;
    }
  }

  /** What the screen shows. The machine stands still while a PNG is made, and nearly not for a PPM. */
  async screen(format: "png" | "ppm" = "png"): Promise<Buffer> {
    if (this.#wired !== null) return this.#wired.panel.picture();
    const file = join(this.#directory, "screen");
    await this.#monitor.command("screendump", { filename: file, format });
    return readFileSync(file);
  }

  /** @param keys QEMU's key names, pressed together, e.g. `["ctrl", "alt", "f2"]` */
  async press(keys: readonly string[], holdMs = 100): Promise<void> {
    await this.#monitor.command("send-key", {
      keys: keys.map((data) => ({ type: "qcode", data })),
      "hold-time": holdMs,
    });
  }

  /** Pushes the button that is wired to the machine, or lets it go. */
  async button(down: boolean): Promise<void> {
    await this.#wired?.wires.drive(LINES.BUTTON, down ? 0 : 1);
  }

  /** Suspends the guest to RAM for so many milliseconds, of which its real-time clock counts the seconds. */
  async sleep(ms: number): Promise<void> {
    // By a program that nobody waits for: who would answer is asleep.
    await this.check(
      "systemd-run --quiet sh -c 'echo deep >/sys/power/mem_sleep; echo mem >/sys/power/state'",
    );
    await waitFor("the guest to sleep", SHELL_LIMIT, async () => {
      const { status } = (await this.#monitor.command("query-status")) as { readonly status: string };
      return status === "suspended" || null;
    });
    await sleep(ms);
    await this.#monitor.command("system_wakeup");
  }

  async plug(up: boolean): Promise<void> {
    await this.#monitor.command("set_link", { name: "net0", up });
  }

  /** Runs a shell command as root in the guest; waits for it to end. */
  async run(command: string, timeout = 60_000): Promise<Ran> {
    this.#shell ??= await waitFor("a shell in the guest", SHELL_LIMIT, () => {
      // With -no-reboot, a kernel that panics ends the emulator.
      if (this.#process.exitCode !== null)
        throw new Error(`the machine went off:\n${this.serial().split("\n").slice(-40).join("\n")}`);
      return this.#openShell(join(this.#directory, "shell"));
    });
    return this.#shell.run(command, timeout);
  }

  /** `run`, for commands that must succeed; returns stdout. */
  async check(command: string, timeout?: number): Promise<string> {
    const { status, stdout, stderr } = await this.run(command, timeout);
    if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** Pulls the plug, at once. */
  async cutPower(): Promise<void> {
    this.#shell?.close();
    this.#monitor.close();
    this.#wired?.wires.close();
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill("SIGKILL");
      await this.#exited;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #wire(panel: Panel): Promise<void> {
    const objects = (await this.#monitor.command("qom-list", { path: "/machine/unattached" })) as {
      readonly name: string;
      readonly type: string;
    }[];
    const chip = objects.find(({ type }) => type === "child<pl061>");
    if (chip === undefined) throw new Error("the machine has no GPIO chip");
    const wires = await Wires.connect(
      join(this.#directory, "qtest"),
      `/machine/unattached/${chip.name}`,
      (line, level) => panel.change(line, level),
    );
    this.#wired = { panel, wires };
    await this.button(false);
  }

  serial(): string {
    return existsSync(this.serialLog) ? readFileSync(this.serialLog, "latin1") : "";
  }
}

function commandLine(boot: Boot, directory: string): string[] {
  const cache = boot.durable ? "cache=writeback" : "cache=unsafe,snapshot=on";
  const frameio = `guestfwd=tcp:${FRAMEIO_ADDRESS}:443-cmd:socat STDIO TCP4:127.0.0.1:${boot.frameioPort}`;
  const common = [
    ...["-accel", "tcg", "-nodefaults", "-no-reboot", "-S"],
    ...["-display", "none", "-kernel", boot.kernel, "-initrd", boot.initrd],
    ...["-netdev", `user,id=net0,${frameio}`],
    ...["-chardev", `socket,id=shell,path=${directory}/shell,server=on,wait=off`],
    ...["-qmp", `unix:${directory}/qmp,server=on,wait=off`],
    ...(boot.rtc === undefined ? [] : ["-rtc", `base=${boot.rtc}`]),
  ];
  const kernelArguments = (root: string, console: string) => [
    "-append",
    `root=${root} rw console=tty0 console=${console} panic=5 ${LIGHT} ${boot.append ?? ""}`,
  ];
  if (boot.raspberryPi !== undefined)
    return [
      ...["qemu-system-aarch64", "-machine", "raspi3b", "-dtb", boot.raspberryPi, ...common],
      // The shell is the one way in: the board has no virtual devices. The graphics driver finds no video core, and
      // the USB controller is for the case to load: see `plugInNetwork`.
      ...kernelArguments(
        "/dev/mmcblk0 rootwait systemd.debug_shell=ttyAMA0 modprobe.blacklist=vc4,dwc2",
        "ttyS1,115200",
      ),
      ...["-drive", `file=${boot.disk},if=sd,format=raw,${cache}`, "-device", "usb-net,netdev=net0"],
      // The PL011 first, then the mini UART, whose input stalls.
      ...["-serial", "chardev:shell", "-serial", `file:${directory}/serial.log`],
    ];
  const virtual = [
    ...common,
    ...["-drive", `file=${boot.disk},if=none,id=disk0,format=raw,${cache}`],
    ...["-device", "virtio-blk-pci,drive=disk0", "-device", "virtio-net-pci,netdev=net0,romfile="],
    ...["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"],
    ...["-device", "virtserialport,chardev=shell,name=org.qemu.guest_agent.0"],
    ...["-serial", `file:${directory}/serial.log`],
  ];
  return boot.arch === "amd64"
    ? [
        ...["qemu-system-x86_64", ...Q35, "-vga", boot.vga ?? "std", ...virtual],
        ...kernelArguments("/dev/vda", "ttyS0"),
      ]
    : [
        ...["qemu-system-aarch64", ...VIRT, ...virtual],
        ...["-device", "virtio-gpu-pci", "-device", "virtio-keyboard-pci"],
        ...(boot.wired === undefined
          ? []
          : [
              ...["-dtb", boot.wired.deviceTree],
              ...["-qtest", `unix:${directory}/qtest,server=on,wait=off`, "-qtest-log", "none"],
            ]),
        ...kernelArguments("/dev/vda", "ttyAMA0"),
      ];
}
