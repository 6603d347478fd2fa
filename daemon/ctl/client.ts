import { type IncomingMessage, request } from "node:http";
import { EXIT } from "../cli/exit.ts";
import type { Clock } from "../core/clock.ts";
import { EventStream } from "./event-stream.ts";
import { Failure } from "./failure.ts";

/** Bytes; a snapshot has some thousand, a QR as PNG some ten thousand. */
const BODY_LIMIT = 4 * 1024 * 1024;
/** Milliseconds for an answer that the daemon has at hand. */
const PATIENCE_MS = 5_000;
/** Milliseconds for an answer that may wait for Frame.io: the daemon gives up before. */
export const FRAMEIO_PATIENCE_MS = 45_000;
/** The daemon sends a comment every 15 s; twice that and some, and it hangs. */
const SILENCE_MS = 40_000;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** The daemon's local API on its control socket. Every method may reject with `Failure`. */
export class Client {
  readonly path: string;
  readonly #clock: Clock;
  readonly #interrupted: AbortSignal;

  /** @param interrupted ends every exchange, which then rejects with `Failure` */
  constructor(path: string, clock: Clock, interrupted: AbortSignal) {
    this.path = path;
    this.#clock = clock;
    this.#interrupted = interrupted;
  }

  get(route: string, patience = PATIENCE_MS): Promise<Reply> {
    return this.#exchange("GET", route, patience);
  }

  post(route: string, patience = PATIENCE_MS): Promise<Reply> {
    return this.#exchange("POST", route, patience);
  }

  /**
   * Hands every event's data to `take`, until an interrupt or `signal` ends it.
   * Rejects when the daemon ends it, or falls silent.
   */
  async follow(route: string, take: (data: string) => void, signal?: AbortSignal): Promise<void> {
    const stream = new EventStream();
    await this.#open("GET", route, PATIENCE_MS, signal, async (response, rearm) => {
      if (response.statusCode !== 200)
        throw new Failure(EXIT.unavailable, `this c2cd has no ${route}; it does not fit this c2cctl`);
      for await (const chunk of response) {
        rearm(SILENCE_MS);
        for (const data of stream.push(chunk as Buffer)) take(data);
        if (stream.kept > BODY_LIMIT) throw this.#endless();
      }
      throw new Failure(EXIT.unavailable, "c2cd has ended the connection; see: journalctl -u c2cd");
    }).catch((error: unknown) => {
      if (signal?.aborted !== true && !this.#interrupted.aborted) throw error;
    });
  }

  #exchange(method: string, route: string, patience: number): Promise<Reply> {
    return this.#open(method, route, patience, undefined, async (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > BODY_LIMIT) throw this.#endless();
        chunks.push(chunk);
      }
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks, length),
      };
    });
  }

  #endless(): Failure {
    return new Failure(EXIT.unavailable, `${this.path} answers without an end`);
  }

  async #open<T>(
    method: string,
    route: string,
    patience: number,
    signal: AbortSignal | undefined,
    read: (response: IncomingMessage, rearm: (ms: number) => void) => Promise<T>,
  ): Promise<T> {
    const silence = new AbortController();
    let disarm = () => {};
    const rearm = (ms: number) => {
      disarm();
      disarm = this.#clock.after(ms, () => silence.abort());
    };
    rearm(patience);
    const signals = [silence.signal, this.#interrupted, ...(signal === undefined ? [] : [signal])];
    const ending = AbortSignal.any(signals);
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ socketPath: this.path, path: route, method, agent: false, signal: ending })
          .once("response", resolve)
          .once("error", reject)
          .end();
      });
      const answer = await read(response, rearm);
      // A body of unknown length that is given up looks like one that has ended.
      ending.throwIfAborted();
      return answer;
    } catch (error) {
      if (this.#interrupted.aborted) throw new Failure(EXIT.interrupted, "interrupted");
      if (silence.signal.aborted)
        throw new Failure(EXIT.unavailable, `c2cd does not answer on ${this.path}; see: journalctl -u c2cd`);
      throw error instanceof Failure ? error : asFailure(error as NodeJS.ErrnoException, this.path);
    } finally {
      disarm();
    }
  }
}

function asFailure({ code, message }: NodeJS.ErrnoException, path: string): Failure {
  switch (code) {
    case "ENOENT":
      return new Failure(
        EXIT.unavailable,
        `c2cd is not running: there is no ${path}; start it: systemctl start c2cd`,
      );
    case "ECONNREFUSED":
      return new Failure(
        EXIT.unavailable,
        `c2cd is not running: nobody listens on ${path}; start it: systemctl start c2cd`,
      );
    case "EACCES":
    case "EPERM":
      return new Failure(
        EXIT.noPermission,
        `you may not use ${path}; join the group c2cd (sudo usermod -aG c2cd "$USER") and log in again`,
      );
    case "ECONNRESET":
    case "EPIPE":
      return new Failure(
        EXIT.unavailable,
        "c2cd has ended the connection without an answer; see: journalctl -u c2cd",
      );
    default:
      return new Failure(
        EXIT.unavailable,
        code?.startsWith("HPE_") === true
          ? `what listens on ${path} is not c2cd`
          : `${path} can't be used: ${message}`,
      );
  }
}
