import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Call } from "./calls.ts";

/**
 * One request of a device as the simulator saw it, secrets replaced by fingerprints. For a message on the websocket
 * (`frame`), method and path are its event and topic.
 */
export interface SeenRequest {
  /** Arrival in ms of a monotonic clock that starts with the simulator. */
  readonly at: number;
  /** Arrival by the server's own wall clock (`advance` and an injected clock included), ms since 1970. */
  readonly time: number;
  readonly call: Call;
  readonly clientId: string | null;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  /** What was answered; null where no answer was sent. A frame's reply counts as 200 or 400. */
  readonly status: number | null;
  /** The `error` or `message` member of the answer; null where it has none. */
  readonly error: string | null;
  /** Whether the call took effect; false where a fault came before it. */
  readonly committed: boolean;
  /** Id of the fault rule that hit it; null for none. */
  readonly fault: string | null;
}

/** Requests that are remembered; older ones are counted alone. */
const MEMORY = 20_000;

/** Fields that hold no secret; the rest is shown as a fingerprint. */
const OPEN_FIELDS = new Set([
  "client_id",
  "grant_type",
  "scope",
  "name",
  "filetype",
  "filesize",
  "offset",
  "parts",
  "channel",
]);

const OPEN_HEADERS = [
  "content-type",
  "content-length",
  "user-agent",
  "x-client-version",
  "x-client-platypus-enabled",
  "accept",
  "host",
];

/** What the simulator saw, in the order in which its answers went out. */
export class Journal {
  readonly #seen: SeenRequest[] = [];
  readonly #waiting = new Set<(request: SeenRequest) => void>();
  readonly #log: (line: string) => void;

  /** @param log takes one line for each request */
  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  add(request: SeenRequest): void {
    this.#seen.push(request);
    if (this.#seen.length > MEMORY) this.#seen.splice(0, MEMORY / 10);
    this.#log(line(request));
    for (const check of this.#waiting) check(request);
  }

  list(): SeenRequest[] {
    return [...this.#seen];
  }

  /** The next request that `wanted` accepts, once its fate is sealed. */
  next(wanted: (request: SeenRequest) => boolean): Promise<SeenRequest> {
    return new Promise((resolve) => {
      const check = (request: SeenRequest) => {
        if (!wanted(request)) return;
        this.#waiting.delete(check);
        resolve(request);
      };
      this.#waiting.add(check);
    });
  }
}

/** Headers that tell something, `Authorization` as a fingerprint. */
export function openHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of OPEN_HEADERS) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  const { authorization } = request.headers;
  if (authorization !== undefined) headers.authorization = fingerprint(authorization);
  return headers;
}

export function openFields(fields: ReadonlyMap<string, string>): Record<string, string> {
  const open: Record<string, string> = {};
  for (const [name, value] of fields) open[name] = OPEN_FIELDS.has(name) ? value : fingerprint(value);
  return open;
}

/** Tells two secrets apart and gives neither away. */
export function fingerprint(secret: string): string {
  return `[redacted ${createHash("sha256").update(secret).digest("hex").slice(0, 8)}]`;
}

function line(request: SeenRequest): string {
  const { at, call, method, path, clientId, status, error, fault, committed } = request;
  const parts = [
    `${(at / 1000).toFixed(3)}s`,
    `${method} ${path}`,
    call,
    ...(clientId === null ? [] : [`client_id=${JSON.stringify(clientId)}`]),
    "->",
    status === null ? "no answer" : String(status),
    ...(error === null ? [] : [error]),
    ...(fault === null ? [] : [`(fault ${fault}, ${committed ? "took effect" : "no effect"})`]),
  ];
  return parts.join(" ");
}
