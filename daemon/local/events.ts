import type { ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";

const HEARTBEAT_MS = 15_000;

/** Changes that follow each other faster than this are told as one, in the last state. */
const COALESCE_MS = 50;

/** Heartbeats in a row that a client may leave unread before it is let go. */
const PATIENCE = 2;

interface Client {
  readonly response: ServerResponse;
  /** A snapshot fell due while its buffer was full: it gets the newest one as soon as it reads again. */
  stale: boolean;
  /** Heartbeats that found its buffer full. */
  unread: number;
}

/**
 * The server-sent events (WHATWG HTML §9.2): the whole snapshot first, then one on each change, a comment every
 * 15 s. A client never owns more than its socket's buffer: while that is full nothing is queued for it, and if it
 * stays full the client is let go. One timer serves them all.
 */
export class Events {
  readonly #clients = new Set<Client>();
  readonly #read: () => string;
  readonly #clock: Clock;
  readonly #limit: number;
  #stopHeartbeat: (() => void) | null = null;
  #stopCoalescing: (() => void) | null = null;
  #changed = false;

  /**
   * @param read the snapshot as one line of JSON
   * @param limit streams that may be open at once
   */
  constructor(read: () => string, clock: Clock, limit: number) {
    this.#read = read;
    this.#clock = clock;
    this.#limit = limit;
  }

  get open(): number {
    return this.#clients.size;
  }

  get full(): boolean {
    return this.#clients.size >= this.#limit;
  }

  /** Takes over a response whose head has been written. */
  add(response: ServerResponse): void {
    const client: Client = { response, stale: false, unread: 0 };
    this.#clients.add(client);
    response.on("drain", () => {
      client.unread = 0;
      if (!client.stale) return;
      client.stale = false;
      response.write(this.#event());
    });
    response.on("close", () => this.#remove(client));
    response.on("error", () => this.#remove(client));
    response.write("retry: 3000\n");
    response.write(this.#event());
    this.#stopHeartbeat ??= this.#clock.after(HEARTBEAT_MS, this.#heartbeat);
  }

  /** Something worth telling has happened. */
  changed(): void {
    this.#changed = true;
    if (this.#stopCoalescing === null) this.#tell();
  }

  close(): void {
    this.#stopHeartbeat?.();
    this.#stopCoalescing?.();
    for (const { response } of this.#clients) response.destroy();
  }

  #event(): Buffer {
    return Buffer.from(`data: ${this.#read()}\n\n`);
  }

  readonly #tell = (): void => {
    this.#stopCoalescing = null;
    if (!this.#changed || this.#clients.size === 0) return;
    this.#changed = false;
    this.#stopCoalescing = this.#clock.after(COALESCE_MS, this.#tell);
    for (const client of this.#clients) client.stale = client.response.writableNeedDrain;
    const reading = [...this.#clients].filter(({ stale }) => !stale);
    if (reading.length === 0) return;
    const event = this.#event();
    for (const { response } of reading) response.write(event);
  };

  readonly #heartbeat = (): void => {
    for (const client of this.#clients) {
      if (!client.response.writableNeedDrain) client.response.write(":\n\n");
      else if (++client.unread > PATIENCE) client.response.destroy();
    }
    this.#stopHeartbeat = this.#clients.size === 0 ? null : this.#clock.after(HEARTBEAT_MS, this.#heartbeat);
  };

  #remove(client: Client): void {
    this.#clients.delete(client);
  }
}
