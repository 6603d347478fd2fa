import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** The other side answered with an error, or went away. */
export class PeerError extends Error {
  override readonly name = "PeerError";
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One command at a time over a Unix socket, a line of JSON each way: what QEMU's monitor (QMP) and its guest agent have
 * in common. Events that come unasked are dropped.
 */
export class JsonLines {
  readonly #socket: Socket;
  #waiting: Waiting | null = null;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface(socket).on("line", (line) => this.#receive(line));
    socket.on("error", () => {});
    socket.on("close", () => this.#settle()?.reject(new PeerError("the connection was closed")));
  }

  static async connect(path: string): Promise<JsonLines> {
    const socket = connect(path);
    await once(socket, "connect");
    return new JsonLines(socket);
  }

  /**
   * @param timeout milliseconds
   * @throws {PeerError}
   */
  command(execute: string, args: object = {}, timeout = 30_000): Promise<unknown> {
    const answer = this.#tail.then(() => this.#send({ execute, arguments: args }, timeout));
    this.#tail = answer.catch(() => {});
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(message: object, timeout: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new PeerError("the connection is closed"));
      const timer = setTimeout(
        () => this.#settle()?.reject(new PeerError(`no answer to ${JSON.stringify(message)}`)),
        timeout,
      );
      this.#waiting = {
        resolve: (value) => {
          clearTimeout(timer);
          resolve(value);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#socket.write(`${JSON.stringify(message)}\n`);
    });
  }

  #settle(): Waiting | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }

  #receive(line: string): void {
    // The guest agent marks the start of a session with a byte that is no JSON.
    const message = JSON.parse(line.replace(/^\xff/, "")) as { return?: unknown; error?: { desc: string } };
    if (message.error !== undefined) this.#settle()?.reject(new PeerError(message.error.desc));
    else if ("return" in message) this.#settle()?.resolve(message.return);
  }
}
