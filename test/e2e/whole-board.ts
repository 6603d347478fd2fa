/** A board whose directories are in the place of the system's, at the end of a road of its own: nothing need be configured. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { promisify } from "node:util";
import { Board } from "./board.ts";
import { canLay, Road } from "./road.ts";

/** What the daemon reads and writes; programs and libraries stay the machine's own. */
const OWN = ["/etc", "/var/lib", "/run", "/sys", "/dev"];

/** Mounted over the system's for whoever lives in this mount namespace, which is there as long as the last command runs. */
const MOVE_IN = `
cp /etc/resolv.conf "$0/etc/"
for node in null urandom; do : >>"$0/dev/$node"; mount --bind "/dev/$node" "$0/dev/$node"; done
for directory; do mount --rbind "$0$directory" "$directory"; done
echo moved in
exec sleep infinity`;

/** On Debian, useradd --system would give such a one. */
const GROUP_ID = 990;

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class WholeBoard extends Board {
  readonly road: Road;
  /** Of the group c2cd. */
  readonly groupId = GROUP_ID;
  /** Once it has moved in. */
  address = "";
  #resident: ChildProcess | null = null;

  /** @param number of the road, from 0 */
  constructor(number: number) {
    super();
    this.road = new Road(number, 4);
    this.write("/etc/hosts", "127.0.0.1 localhost\n");
    this.write("/etc/nsswitch.conf", "hosts: files dns\n");
    this.write("/etc/group", `root:x:0:\nc2cd:x:${GROUP_ID}:\n`);
    mkdirSync(`${this.root}/var/lib`, { recursive: true });
  }

  /** @throws {Error} where this machine does not let it: what only holds at the defaults must never pass unseen */
  async moveIn(): Promise<void> {
    if (!canLay())
      throw new Error(
        "needs root, the capability to make namespaces (CAP_SYS_ADMIN, CAP_NET_ADMIN), and ip(8)",
      );
    await this.road.lay();
    const [command = "", ...given] = [...this.road.wrapper, "sh", "-euc", MOVE_IN, this.root, ...OWN];
    const resident = spawn(command, given, { stdio: ["ignore", "pipe", "inherit"] });
    this.#resident = resident;
    const [told] = await Promise.race([once(resident.stdout, "data"), once(resident, "exit")]);
    if (String(told) !== "moved in\n")
      throw new Error("the board's directories can't be mounted over the system's");
    this.address = this.road.plug();
  }

  /** Runs a program on the board. The mask is the most generous one: nothing may rely on its caller's. */
  get wrapper(): readonly string[] {
    const target = `--target=${this.#resident?.pid}`;
    return ["nsenter", target, "--mount", "--net", "--", "sh", "-c", 'umask 0; exec "$@"', "sh"];
  }

  async run(given: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const [command = "", ...rest] = [...this.wrapper, ...given];
    const env = { PATH: process.env.PATH, ...environment };
    try {
      return { status: 0, ...(await promisify(execFile)(command, rest, { env })) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
      if (typeof code !== "number") throw error;
      return { status: code, stdout, stderr };
    }
  }

  override remove(): void {
    this.#resident?.kill("SIGKILL");
    this.road.remove();
    super.remove();
  }
}
