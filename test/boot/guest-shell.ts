import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { JsonLines, PeerError } from "./json-lines.ts";
import { waitFor } from "./wait.ts";

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A way to run commands as root in the guest. */
export interface GuestShell {
  /** @param timeout milliseconds */
  run(command: string, timeout: number): Promise<Ran>;
  close(): void;
}

/** The time that a guest which is up needs for an answer. */
const PING_MS = 3_000;

/** QEMU's guest agent, over virtio-serial; null while it does not answer. */
export async function guestAgent(path: string): Promise<GuestShell | null> {
  const agent = await JsonLines.connect(path);
  try {
    await agent.command("guest-ping", {}, PING_MS);
  } catch (error) {
    agent.close();
    if (error instanceof PeerError) return null;
    throw error;
  }
  return {
    async run(command, timeout) {
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
        return {
          status: status.exitcode ?? -1,
          stdout: decoded(status["out-data"]),
          stderr: decoded(status["err-data"]),
        };
      });
    },
    close: () => agent.close(),
  };
}

/** A root shell on a serial line, for boards that have nothing better; null while it does not answer. */
export async function serialShell(path: string): Promise<GuestShell | null> {
  const socket = connect(path);
  await once(socket, "connect");
  const shell = new SerialShell(socket);
  const answered = await shell.run("true", PING_MS).catch(() => null);
  if (answered === null) shell.close();
  return answered === null ? null : shell;
}

class SerialShell implements GuestShell {
  readonly #socket: Socket;
  #said = "";
  #number = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1").on("data", (text: string) => {
      this.#said += text;
    });
    socket.on("error", () => {});
  }

  run(command: string, timeout: number): Promise<Ran> {
    const ran = this.#tail.then(() => this.#runNow(command, timeout));
    this.#tail = ran.catch(() => {});
    return ran;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #runNow(command: string, timeout: number): Promise<Ran> {
    this.#number += 1;
    const mark = `@${this.#number}`;
    this.#said = "";
    // Everything that could upset a terminal travels as base64; the line discipline takes 4095 bytes in a line.
    const packed = Buffer.from(command).toString("base64");
    if (packed.length > 3_500) throw new Error(`too long for a serial line: ${command.slice(0, 60)}…`);
    this.#socket.write(
      `\nsh -c "$(echo ${packed} | base64 -d)" >/run/.out 2>/run/.err </dev/null; ` +
        `echo "${mark}"@$?@$(base64 -w0 /run/.out)@$(base64 -w0 /run/.err)@\n`,
    );
    const answer = new RegExp(`${mark}@(\\d+)@([\\w+/=]*)@([\\w+/=]*)@`);
    return waitFor(`the end of: ${command}`, timeout, async () => {
      // A terminal breaks long lines.
      const found = answer.exec(this.#said.replaceAll(/[\r\n]/g, ""));
      if (found === null) return null;
      return { status: Number(found[1]), stdout: decoded(found[2]), stderr: decoded(found[3]) };
    });
  }
}

function decoded(data: string | undefined): string {
  return Buffer.from(data ?? "", "base64").toString();
}
