import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import type { StateName } from "../../daemon/contract/states.ts";
import { type Authority, createAuthority } from "../simulator/certificates.ts";
import type { SeenRequest } from "../simulator/journal.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { copyDisk, type DiskFile, type Image, ROOTS } from "./image.ts";
import { type Arch, type Boot, Machine, VIRT } from "./machine.ts";
import type { PANELS } from "./panels.ts";
import { CARD_SIZE, writePiDeviceTree } from "./raspberry-pi.ts";
import { decodeQr, differingRows } from "./screen.ts";
import { CACHE } from "./shell.ts";
import { waitFor } from "./wait.ts";
import { writeWiredDeviceTree } from "./wires.ts";

/** The product's default; the certificate is for it, the guest's hosts(5) leads to the simulator. */
const HOST = "api.frame.io";
const SECRET = "boot-test-secret";

/** Emulation is slow, and slower while other programs run: limits are about twice what a busy machine took. */
export const BOOT_LIMIT = 480_000;
const STEP_LIMIT = 180_000;

/** Seconds; longer than Frame.io gives, or a code would run out while a slow machine is still being looked at. */
const CODE_LIFE = 900;

/** Seconds; so short that a device renews its tokens at each boot, as one that was off for some hours does. */
const ACCESS_LIFE = 300;

/** The bar that gets shorter while a code lives is the one thing that moves between two looks: this many rows at most. */
const COUNTDOWN_ROWS = 16;

/** How far a colour may be off on a screen that has 5 bits for a channel. */
const SHADE = 8;

export interface Setup
  extends Partial<
    Omit<Boot, "arch" | "kernel" | "initrd" | "disk" | "frameioPort" | "raspberryPi" | "wired">
  > {
  /** Lines of a c2cd.toml in place of the package's own, which leaves all as it is by default. */
  readonly config?: readonly string[];
  readonly files?: readonly DiskFile[];
  /** Without the model's secret, as a device that nobody has provisioned. */
  readonly unprovisioned?: boolean;
  /** The machine is a Raspberry Pi 3B. */
  readonly onRaspberryPi?: boolean;
  /** The screen is a panel that is wired to the machine's GPIO chip, beside a button. */
  readonly panel?: keyof typeof PANELS;
}

/** What is tested, on what. */
export interface Subject {
  readonly arch: Arch;
  readonly deb: string;
  readonly image: Image;
}

/** Seconds since the kernel's start. */
export interface Timeline {
  readonly serviceStarted: number;
  readonly serviceReady: number;
  readonly codeRead: number;
}

/** One case's own Frame.io and machine, with the words that cases are written in. */
export class Bench {
  readonly arch: Arch;
  readonly frameio: Simulator;
  /** The package under test. */
  readonly deb: string;
  readonly notes: string[] = [];
  #firstCode: Timeline | null = null;
  readonly #image: Image;
  readonly #authority: Authority;
  readonly #directory: string;
  #machine: Machine | null = null;

  private constructor(
    { arch, deb, image }: Subject,
    directory: string,
    authority: Authority,
    frameio: Simulator,
  ) {
    this.arch = arch;
    this.deb = deb;
    this.#image = image;
    this.#directory = directory;
    this.#authority = authority;
    this.frameio = frameio;
  }

  static async open(subject: Subject, name: string): Promise<Bench> {
    const directory = resolve(CACHE, "cases", `${subject.arch}-${name}`);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    const authority = createAuthority(join(directory, "tls"));
    const { cert, key } = authority.issue({ hosts: [HOST] });
    const frameio = await startSimulator({
      tls: { cert, key },
      publicUrl: `https://${HOST}`,
      codeLife: CODE_LIFE,
      accessLife: ACCESS_LIFE,
      secret: SECRET,
    });
    return new Bench(subject, directory, authority, frameio);
  }

  /** When the case's first code was read off the screen; null where there was none. */
  get firstCode(): Timeline | null {
    return this.#firstCode;
  }

  get machine(): Machine {
    if (this.#machine === null) throw new Error("the machine is off");
    return this.#machine;
  }

  /** Makes the case's disk and switches the machine on. */
  async boot(setup: Setup = {}): Promise<void> {
    const { config = [], files = [], unprovisioned = false, onRaspberryPi = false, panel, ...boot } = setup;
    copyDisk(this.#image.disk, this.#disk, [
      { path: ROOTS, text: readFileSync(this.#image.roots, "utf8") + this.#authority.cert },
      ...(config.length === 0 ? [] : [{ path: "/etc/c2cd/c2cd.toml", text: `${config.join("\n")}\n` }]),
      ...(unprovisioned
        ? []
        : [{ path: "/etc/credstore/c2cd.client_secret", text: `${SECRET}\n`, mode: 0o600 }]),
      ...(onRaspberryPi ? [{ path: "/etc/fstab", text: "/dev/mmcblk0 / ext4 defaults 0 1\n" }] : []),
      ...files,
    ]);
    await this.bootAgain({
      ...boot,
      ...(onRaspberryPi ? { raspberryPi: this.#makePiCard() } : {}),
      ...(panel === undefined ? {} : { wired: { panel, deviceTree: this.#wire() } }),
    });
  }

  /** Switches the machine on with the disk as it was left. */
  async bootAgain(boot: Partial<Boot> = {}): Promise<void> {
    const { kernel, initrd } = this.#image;
    const frameioPort = Number(new URL(this.frameio.url).port);
    this.#machine = await Machine.powerOn({
      ...{ arch: this.arch, kernel, initrd, disk: this.#disk, frameioPort },
      ...boot,
    });
  }

  async cutPower(): Promise<void> {
    await this.#machine?.cutPower();
    this.#machine = null;
  }

  /** Waits for a QR code on the screen and takes it for a phone's scan. */
  async scan(limit = BOOT_LIMIT): Promise<URL> {
    const text = await waitFor("a QR code on the screen", limit, async () =>
      // Before Frame.io has given a code there is none to see, and each look costs the machine time.
      this.#codeIsOut() ? decodeQr(await this.machine.screen("ppm")) : null,
    );
    const seenAt = performance.now();
    const url = new URL(text);
    if (url.hostname !== HOST || !/^\/pair\/\d{6}$/i.test(url.pathname))
      throw new Error(`the QR code leads to ${text}`);
    this.#firstCode ??= await this.#timeline(seenAt);
    return url;
  }

  /** The next request of the device that is wanted, once it is answered. */
  async asked(wanted: (request: SeenRequest) => boolean, limit = BOOT_LIMIT): Promise<SeenRequest> {
    const giveUp = new AbortController();
    const late = sleep(limit, null, { signal: giveUp.signal, ref: false }).then(() => {
      throw new Error(`waited ${limit / 1000} s in vain for a request of the device`);
    });
    late.catch(() => {});
    try {
      return await Promise.race([this.frameio.nextRequest(wanted), late]);
    } finally {
      giveUp.abort();
    }
  }

  async showsNoCode(): Promise<boolean> {
    return decodeQr(await this.machine.screen()) === null;
  }

  /** Does on Frame.io's page what a person does after the scan. */
  async authorize(scanned: URL, project = "Feature Film"): Promise<void> {
    const page = new URL(scanned.pathname.toLowerCase(), this.frameio.url);
    const form = new URLSearchParams({ decision: "authorize", project: this.#projectId(project) });
    const asked = request(page, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      ca: this.#authority.cert,
      servername: HOST,
      agent: false,
    });
    asked.end(form.toString());
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    response.resume();
    if (response.statusCode !== 303) throw new Error(`the pairing page answered ${response.statusCode}`);
  }

  /** Waits until the daemon says that it is in this state. */
  async reaches(state: StateName, limit = STEP_LIMIT): Promise<Snapshot> {
    return waitFor(`the state ${state}`, limit, async () => {
      const now = await this.status();
      return now?.state === state ? now : null;
    });
  }

  /** Sets the machine's clock right, as a time server does. */
  async setClock(): Promise<void> {
    await this.machine.check(`date --set=@${Math.floor(Date.now() / 1000)}`);
  }

  /** The daemon's own account; null while nobody answers. */
  async status(): Promise<Snapshot | null> {
    const { status, stdout } = await this.machine.run(
      "curl -sf --max-time 10 --unix-socket /run/c2cd/control.sock http://localhost/v1/status",
    );
    return status === 0 ? (JSON.parse(stdout) as Snapshot) : null;
  }

  /** Waits until the screen is the picture that the daemon means to show, in every pixel but those of the countdown. */
  async screenIsTrue(limit = STEP_LIMIT): Promise<void> {
    await waitFor("the daemon's picture on the screen", limit, async () => {
      const meant = Buffer.from(
        await this.machine.check(
          "curl -sf --max-time 60 --unix-socket /run/c2cd/control.sock http://localhost/v1/screen.png | base64 -w0",
        ),
        "base64",
      );
      // None is drawn yet.
      if (meant.length === 0) return null;
      return differingRows(meant, await this.machine.screen(), SHADE) <= COUNTDOWN_ROWS || null;
    });
  }

  /** Runs `act` while the daemon can't draw; the picture must be the same before and after. */
  async leavesThePictureAlone(act: () => Promise<unknown>): Promise<boolean> {
    await this.machine.check(signal("STOP"));
    try {
      const before = await this.machine.screen();
      await act();
      return differingRows(before, await this.machine.screen()) === 0;
    } finally {
      await this.machine.check(signal("CONT"));
    }
  }

  /** Keeps what the screen shows, for people. */
  async photograph(name: string): Promise<void> {
    writeFileSync(join(this.#directory, `${name}.png`), await this.machine.screen());
  }

  /** Keeps what systemctl and journalctl say of the daemon, for people; returns the former. */
  async sample(name: string): Promise<string> {
    // systemctl ends with 3 where the unit is not active.
    const { stdout: status } = await this.machine.run("systemctl status --no-pager --full c2cd");
    const journal = await this.machine.check("journalctl --no-pager -b -u c2cd");
    this.keep(name, `# systemctl status c2cd\n${status}\n# journalctl -u c2cd\n${journal}`);
    return status;
  }

  /** Keeps a text for people. */
  keep(name: string, text: string): void {
    writeFileSync(join(this.#directory, `${name}.txt`), text);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** What is worth reading after a failure: the screen, the journal, the serial line. */
  async keepEvidence(): Promise<string> {
    const machine = this.#machine;
    if (machine !== null) {
      writeFileSync(join(this.#directory, "serial.log"), machine.serial());
      await this.photograph("last-screen").catch(() => {});
      const asked =
        "journalctl --no-pager -b -o short-monotonic | tail -n 400; systemctl status --no-pager c2cd";
      const journal = await machine.run(asked, 20_000).catch(() => null);
      if (journal !== null) writeFileSync(join(this.#directory, "journal.log"), journal.stdout);
    }
    return this.#directory;
  }

  async close(): Promise<void> {
    await this.cutPower();
    await this.frameio.close();
    rmSync(this.#disk, { force: true });
  }

  /** Makes an SD card of the disk, and returns the device tree to boot it with. */
  #makePiCard(): string {
    truncateSync(this.#disk, CARD_SIZE);
    const deviceTree = join(this.#directory, "device-tree");
    writePiDeviceTree(this.#image.deviceTree, deviceTree);
    return deviceTree;
  }

  /** Returns the device tree of a machine that has something on its GPIO lines. */
  #wire(): string {
    const deviceTree = join(this.#directory, "device-tree");
    writeWiredDeviceTree(VIRT, deviceTree);
    return deviceTree;
  }

  #codeIsOut(): boolean {
    return this.frameio.requests().some(({ call, status }) => call === "code" && status === 200);
  }

  async #timeline(seenAt: number): Promise<Timeline> {
    const uptime = Number((await this.machine.check("cat /proc/uptime")).split(" ")[0]);
    const codeRead = uptime - (performance.now() - seenAt) / 1000;
    const times = await this.machine.check(
      "systemctl show --property=ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic c2cd",
    );
    const seconds = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, "m").exec(times)?.[1]) / 1e6;
    return {
      serviceStarted: seconds("ExecMainStartTimestampMonotonic"),
      serviceReady: seconds("ActiveEnterTimestampMonotonic"),
      codeRead,
    };
  }

  #projectId(name: string): string {
    const found = this.frameio.projects().find((project) => project.name === name);
    if (found === undefined) throw new Error(`Frame.io has no project ${name}`);
    return found.id;
  }

  get #disk(): string {
    return join(this.#directory, "disk");
  }
}

function signal(name: "STOP" | "CONT"): string {
  return `systemctl kill --kill-whom=main --signal=${name} c2cd`;
}
