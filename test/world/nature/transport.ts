/** Stands in for the daemon's connections: its requests go to the network of the world. */
import { EventEmitter } from "node:events";
import type { ClientRequest, ClientRequestArgs } from "node:http";
import type { Transport as Real } from "../../../daemon/frameio/transport.ts";
import { callOf } from "../../simulator/calls.ts";
import { bearer } from "../../simulator/requests.ts";
import { nature } from "./nature.ts";
import type { Sender, Sent } from "./network.ts";

export class Transport implements Pick<Real, "closed" | "request" | "reset" | "close"> {
  readonly #closing = new AbortController();
  readonly #connecting = new Set<Exchange>();

  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  request(options: ClientRequestArgs): ClientRequest {
    return new Exchange(options, this.#connecting) as unknown as ClientRequest;
  }

  /** Attempts at a connection fail at once; what was sent keeps its own. */
  reset(): void {
    for (const exchange of this.#connecting) exchange.fail("ENETDOWN");
  }

  close(): void {
    this.#closing.abort();
  }
}

/** One request, as much of node:http's as the daemon's exchange listens to. */
class Exchange extends EventEmitter {
  readonly #options: ClientRequestArgs;
  readonly #connecting: Set<Exchange>;
  #over = false;

  constructor(options: ClientRequestArgs, connecting: Set<Exchange>) {
    super();
    this.#options = options;
    this.#connecting = connecting;
  }

  fail(code: string): void {
    if (this.#over) return;
    this.#end();
    this.emit("error", Object.assign(new Error(code), { code }));
  }

  end(body = ""): void {
    const { network, life } = nature();
    if (!life.lives) return;
    const { signal } = this.#options;
    signal?.addEventListener("abort", () => this.#end(), { once: true });
    this.#connecting.add(this);
    const sender: Sender = {
      gone: () => this.#over || !life.lives,
      connected: () => {
        this.#connecting.delete(this);
        this.emit("socket");
      },
      informed: () => this.emit("information"),
      answered: (status, headers, text, whole) => {
        this.#end();
        this.emit("response", response(status, headers, text, whole));
      },
      failed: (code) => this.fail(code),
    };
    network.send(this.#sent(body), sender);
  }

  #end(): void {
    this.#over = true;
    this.#connecting.delete(this);
  }

  #sent(body: string): Sent {
    const { method = "GET", path } = this.#options;
    const named = this.#options.headers as Record<string, string | undefined>;
    const fields = new Map(new URLSearchParams(body));
    return {
      call: callOf(method, path ?? "", fields),
      method,
      path: path ?? "",
      fields,
      repeated: false,
      access: bearer(named.authorization ?? null),
      headers: (name) => named[name] ?? null,
    };
  }
}

function response(status: number, headers: Readonly<Record<string, string>>, text: string, whole: boolean) {
  const headersDistinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return { statusCode: status, headersDistinct, [Symbol.asyncIterator]: () => parts(text, whole) };
}

async function* parts(text: string, whole: boolean): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  if (whole) return yield bytes;
  yield bytes.subarray(0, Math.ceil(bytes.length / 2));
  throw Object.assign(new Error("ECONNRESET"), { code: "ECONNRESET" });
}
