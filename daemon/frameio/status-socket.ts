/** The words of the status websocket: Phoenix channels as JSON objects (API facts §3.6). */
import type { Secret } from "../core/secret.ts";
import { type JsonObject, readObject } from "./fields.ts";

/** What a device sends. */
export interface Message {
  readonly topic: string;
  readonly event: string;
  readonly payload: JsonObject;
  /** Comes back with the reply. */
  readonly ref: string;
}

/** What the server sends, as far as a device cares. */
export type Frame =
  | { readonly type: "reply"; readonly ref: string; readonly ok: boolean }
  /** Paused, or not; null where something is told that is not known: `GET /v2/devices/me` tells what it may be. */
  | { readonly type: "status"; readonly paused: boolean | null }
  /** The channel is closed, the connection may live on. */
  | { readonly type: "left" }
  /** Phoenix's own account of who else is on the channel. */
  | { readonly type: "other" };

/** The token stands in the query, so this address is a secret as a whole. */
export function statusSocketUrl(baseUrl: URL, accessToken: Secret): string {
  const url = new URL(baseUrl);
  url.protocol = baseUrl.protocol === "http:" ? "ws:" : "wss:";
  url.pathname = `${baseUrl.pathname.replace(/\/$/, "")}/devices/websocket`;
  url.search = `Authorization=${encodeURIComponent(`Bearer ${accessToken.reveal()}`)}`;
  return url.href;
}

export function joinMessage(deviceId: string, ref: string): Message {
  return { topic: `devices:${deviceId}`, event: "phx_join", payload: {}, ref };
}

export function heartbeatMessage(ref: string): Message {
  return { topic: "phoenix", event: "heartbeat", payload: {}, ref };
}

export function judgeFrame(data: unknown): Frame {
  const message = parse(data);
  const payload = readObject(message?.payload);
  switch (message?.event) {
    case "phx_reply":
      return { type: "reply", ref: String(message.ref), ok: payload?.status === "ok" };
    case "status_updated":
      return { type: "status", paused: readPaused(payload) };
    case "phx_error":
    case "phx_close":
      return { type: "left" };
    case "presence_state":
    case "presence_diff":
      return { type: "other" };
    default:
      return { type: "status", paused: null };
  }
}

/** The payload is not documented; the words are those of `GET /v2/devices/me`. */
function readPaused(payload: JsonObject | null): boolean | null {
  if (payload?.status === "paused") return true;
  return payload?.status === "online" || payload?.status === "offline" ? false : null;
}

function parse(data: unknown): JsonObject | null {
  if (typeof data !== "string") return null;
  try {
    return readObject(JSON.parse(data));
  } catch {
    return null;
  }
}
