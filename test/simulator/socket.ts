import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { type Answer, notFound, refused } from "./answers.ts";
import { type ApiParts, fate } from "./api.ts";
import { befall, deliverRaw } from "./delivery.ts";
import { isPaused, type ProjectDevice } from "./frameio.ts";
import { openHeaders, type SeenRequest } from "./journal.ts";
import { bearer, header, target } from "./requests.ts";

const PATH = "/devices/websocket";

/** API facts §5: the server closes a socket from which it has heard nothing for this long. */
const SILENCE_MS = 60_000;
const CHECK_EVERY_MS = 1_000;

/** Stands for a handshake that no fault has spoilt; never sent, since `ws` writes the real one. */
const SWITCHING: Answer = { status: 101, headers: {}, body: "" };

/** A message of Phoenix channels as a JSON object (API facts §3.6). */
interface Message {
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
  readonly ref: unknown;
}

interface Connection {
  readonly device: ProjectDevice;
  readonly socket: WebSocket;
  /** Topics that the device joined. */
  readonly joined: Set<string>;
  heardAt: number;
}

/**
 * The websocket by which a device shows that it is online and hears of a pause. Unknown to the API facts and chosen
 * here: a bad token is a 401 to the handshake; the topic may name the record's `id` or its `device_id`; a refresh
 * leaves an open socket alone; forgetting the device closes it; a change of the record is told by an event of its own.
 */
export class DeviceSockets {
  readonly #parts: ApiParts;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 65_536 });
  readonly #connections = new Set<Connection>();
  readonly #timer: NodeJS.Timeout;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#closeSilent(), CHECK_EVERY_MS).unref();
    parts.frameio.watch((device, change) => {
      for (const connection of this.#connections) {
        if (connection.device !== device) continue;
        if (change === "forgotten") connection.socket.close(1000);
        else if (change === "record") push(connection, "project_device_updated", { id: device.id });
        else push(connection, "status_updated", { status: isPaused(device) ? "paused" : "online" });
      }
    });
  }

  /** Answers a request to upgrade. */
  async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { frameio, faults, journal, now, monotonic } = this.#parts;
    const { path, query } = target(request);
    const access = bearer(query.get("Authorization") ?? header(request, "authorization"));
    const seen = {
      at: monotonic(),
      time: now(),
      call: "socket" as const,
      clientId: frameio.clientOf(access),
    };
    let device: ProjectDevice | null = null;
    const handle = (): Answer => {
      if (path !== PATH) return notFound();
      try {
        device = frameio.authorize(access, header(request, "x-client-version"));
        return SWITCHING;
      } catch (error) {
        return refused(error);
      }
    };
    socket.on("error", () => {});
    const struck = faults.strike("socket", seen.clientId);
    const delivery = await befall(struck?.fault ?? null, handle);
    if (device !== null && "answer" in delivery && delivery.answer.status === 101) {
      this.#accept(device, request, socket, head);
    } else deliverRaw(delivery, socket, this.#parts.wires);
    journal.add({
      ...seen,
      method: "GET",
      path,
      headers: openHeaders(request),
      fields: {},
      ...fate(delivery),
      committed: device !== null,
      fault: struck?.id ?? null,
    });
  }

  /** Stops watching for silence. */
  close(): void {
    clearInterval(this.#timer);
  }

  #accept(device: ProjectDevice, request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (open) => {
      const connection: Connection = {
        device,
        socket: open,
        joined: new Set(),
        heardAt: this.#parts.now(),
      };
      this.#connections.add(connection);
      device.sockets += 1;
      open.on("message", (data) => this.#receive(connection, data));
      // A broken frame is followed by the close that counts.
      open.on("error", () => {});
      open.on("close", () => {
        this.#connections.delete(connection);
        device.sockets -= 1;
        device.lastSeenAt = this.#parts.now();
      });
    });
  }

  #receive(connection: Connection, data: RawData): void {
    const { device, joined, socket } = connection;
    connection.heardAt = this.#parts.now();
    const message = parse(data);
    if (message === null) {
      socket.close(1003);
      return;
    }
    const { topic, event, ref } = message;
    let error: string | null = null;
    if (event === "phx_join") {
      if (topic === `devices:${device.id}` || topic === `devices:${device.deviceId}`) joined.add(topic);
      else error = "unauthorized";
    } else if (event === "phx_leave") joined.delete(topic);
    else if (event !== "heartbeat" || topic !== "phoenix") error = "unmatched topic";
    const payload =
      error === null ? { status: "ok", response: {} } : { status: "error", response: { reason: error } };
    socket.send(JSON.stringify({ topic, event: "phx_reply", payload, ref }));
    this.#parts.journal.add(this.#frame(connection, message, error));
  }

  #frame({ device }: Connection, { topic, event }: Message, error: string | null): SeenRequest {
    return {
      at: this.#parts.monotonic(),
      time: this.#parts.now(),
      call: "frame",
      clientId: device.clientId,
      method: event,
      path: topic,
      headers: {},
      fields: {},
      status: error === null ? 200 : 400,
      error,
      committed: true,
      fault: null,
    };
  }

  #closeSilent(): void {
    for (const { heardAt, socket } of this.#connections) {
      if (this.#parts.now() - heardAt >= SILENCE_MS) socket.terminate();
    }
  }
}

function push({ joined, socket }: Connection, event: string, payload: unknown): void {
  for (const topic of joined) socket.send(JSON.stringify({ topic, event, payload, ref: null }));
}

function parse(data: RawData): Message | null {
  try {
    const message = JSON.parse(data.toString()) as Message;
    return typeof message.topic === "string" && typeof message.event === "string" ? message : null;
  } catch {
    return null;
  }
}
