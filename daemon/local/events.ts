import type { ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";

/** How often the clients are looked at, and looks from one heartbeat to the next. */
const LOOK_MS = 5_000;
const HEARTBEAT_LOOKS = 3;

/** Changes that follow each other faster than this are told as one, in the last state. */
const COALESCE_MS = 50;

interface Client {
  readonly response: ServerResponse;
  /** A snapshot fell due while its buffer was full: it gets the newest one as soon as it reads again. */
  stale: boolean;
  /** Whether the kernel has taken something for it since the last look. */
  moved: boolean;
}

/**
 * The server-sent events (WHATWG HTML §9.2): the whole snapshot first, then one on each change, a comment every
 * 15 s. A client never owns more than its socket's buffer: while that is full nothing is queued for it, and where nothing
 * of it moves from one look to the next, within ten seconds, the client is let go. (What the kernel still takes for one
 * that does not read costs the daemon nothing.) One timer serves them all.
 */
export class Events {
  readonly #clients = new Set<Client>();
  readonly #read: () => string;
  readonly #clock: Clock;
  #looks = 0;
  #stopLooking: (() => void) | null = null;
  #stopCoalescing: (() => void) | null = null;
  #changed = false;

  /** @param read the snapshot as one line of JSON */
  constructor(read: () => string, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  get open(): number {
    return this.#clients.size;
  }

  /** Takes over a response whose head has been written. */
  add(response: ServerResponse): void {
    const client: Client = { response, stale: false, moved: true };
    this.#clients.add(client);
    response.on("drain", () => {
      if (!client.stale) return;
      client.stale = false;
      write(client, this.#event());
    });
    response.on("close", () => this.#remove(client));
    response.on("error", () => this.#remove(client));
    write(client, "retry: 3000\n");
    write(client, this.#event());
    this.#stopLooking ??= this.#clock.after(LOOK_MS, this.#look);
  }

  /** Something worth telling has happened. */
  changed(): void {
    this.#changed = true;
    if (this.#stopCoalescing === null) this.#tell();
  }

  close(): void {
    this.#stopLooking?.();
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
    for (const client of reading) write(client, event);
  };

  readonly #look = (): void => {
    this.#looks += 1;
    for (const client of this.#clients) {
      const { response, moved } = client;
      client.moved = false;
      if (response.writableLength > 0 && !moved) response.destroy();
      else if (this.#looks % HEARTBEAT_LOOKS === 0 && !response.writableNeedDrain) write(client, ":\n\n");
    }
    this.#stopLooking = this.#clients.size === 0 ? null : this.#clock.after(LOOK_MS, this.#look);
  };

  #remove(client: Client): void {
    this.#clients.delete(client);
  }
}

function write(client: Client, text: string | Buffer): void {
  client.response.write(text, () => {
    client.moved = true;
  });
}
