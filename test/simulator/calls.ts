import { randomUUID } from "node:crypto";
import { type Answer, json, methodNotAllowed, NO_CONTENT, notFound } from "./answers.ts";
import { type FrameIo, isPaused, type ProjectDevice } from "./frameio.ts";
import { ApiRefusal, AuthRefusal } from "./refusals.ts";

/** The calls of the API by the names that faults, the log and tests use. */
export const CALLS = [
  "code",
  "poll",
  "refresh",
  "token",
  "revoke",
  "me",
  "heartbeat",
  "health",
  "asset",
  "upload",
  "socket",
  "frame",
  "other",
] as const;

/**
 * `token` is a call of the token endpoint with another grant than the two known ones; `socket` the handshake of the
 * websocket and `frame` a message on it.
 */
export type Call = (typeof CALLS)[number];

/** A request as far as the calls need it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly fields: ReadonlyMap<string, string>;
  /** Whether a field came more than once. */
  readonly repeated: boolean;
  /** The bearer token; null for none. */
  readonly access: string | null;
  readonly clientVersion: string | null;
  readonly urlPairing: boolean;
}

/** Base of the addresses that answers point to. */
export interface Addresses {
  readonly pairing: string;
  readonly api: string;
}

interface Route {
  readonly method: string;
  readonly call: Call;
}

const ROUTES: Readonly<Record<string, Route>> = {
  "/v2/auth/device/code": { method: "POST", call: "code" },
  "/v2/auth/token": { method: "POST", call: "token" },
  "/v2/auth/revoke": { method: "POST", call: "revoke" },
  "/v2/devices/me": { method: "GET", call: "me" },
  "/v2/devices/heartbeat": { method: "POST", call: "heartbeat" },
  "/v2/devices/assets": { method: "POST", call: "asset" },
  "/v2/assets": { method: "POST", call: "asset" },
  "/health": { method: "GET", call: "health" },
};

const UPLOAD: Route = { method: "PUT", call: "upload" };

const GRANTS: Readonly<Record<string, Call>> = {
  "urn:ietf:params:oauth:grant-type:device_code": "poll",
  refresh_token: "refresh",
};

/** How recently a unit must have called to count as online (API facts §5). */
const OFFLINE_AFTER_MS = 5 * 60_000;

/** API facts §3.8: parts are numbered 1 to 10000. */
const MOST_PARTS = 10_000;

/** Default of `x-client-version` (API facts §3). */
const NO_VERSION = "0.0.0";

export function callOf(method: string, path: string, fields: ReadonlyMap<string, string>): Call {
  const route = routeOf(path);
  if (route?.method !== method) return "other";
  return route.call === "token" ? (GRANTS[fields.get("grant_type") ?? ""] ?? "token") : route.call;
}

function routeOf(path: string): Route | undefined {
  return isUploadPath(path) ? UPLOAD : ROUTES[path];
}

/**
 * Whether it is one of OAuth's: fields come from a form alone, where JSON counts as no fields at all (API facts §3.1),
 * and answers are secret.
 */
export function isAuthPath(path: string): boolean {
  return path.startsWith("/v2/auth/");
}

/** The stand-in for a pre-signed address, to which the parts of an asset are put. */
export function isUploadPath(path: string): boolean {
  return path.startsWith("/upload/");
}

/**
 * Performs one call. The state has changed once this returns.
 *
 * @throws AuthRefusal | ApiRefusal what the API says no with
 */
export function perform(
  call: Call,
  request: ApiRequest,
  frameio: FrameIo,
  to: Addresses,
  now: number,
): Answer {
  if (isAuthPath(request.path) && request.repeated) throw new AuthRefusal("invalid_request");
  switch (call) {
    case "code": {
      const answer = frameio.requestCode(request.fields, request.clientVersion ?? NO_VERSION);
      return json(
        200,
        request.urlPairing ? { ...answer, ...verification(to.pairing, answer.user_code) } : answer,
      );
    }
    case "poll":
      return json(200, frameio.poll(request.fields));
    case "refresh":
      return json(200, frameio.refresh(request.fields));
    case "token":
      throw new AuthRefusal(request.fields.has("grant_type") ? "unsupported_grant_type" : "invalid_request");
    case "revoke":
      frameio.revoke(request.fields);
      return json(200, { success: true });
    case "me": {
      const device = caller(request, frameio);
      const answer = json(200, record(device, now));
      device.lastSeenAt = now;
      return answer;
    }
    case "heartbeat":
      caller(request, frameio).lastSeenAt = now;
      return NO_CONTENT;
    case "health":
      return json(200, { status: "ok" });
    case "asset": {
      const device = caller(request, frameio);
      device.lastSeenAt = now;
      return createAsset(device, request.fields, frameio, to);
    }
    case "upload":
      return { status: 200, headers: {}, body: "" };
    case "socket":
    case "frame":
      return notFound();
    case "other": {
      const route = routeOf(request.path);
      return route === undefined ? notFound() : methodNotAllowed(route.method);
    }
  }
}

function verification(pairing: string, userCode: string): Record<string, string> {
  return { verification_uri: `${pairing}/pair`, verification_uri_complete: `${pairing}/pair/${userCode}` };
}

function caller(request: ApiRequest, frameio: FrameIo): ProjectDevice {
  return frameio.authorize(request.access, request.clientVersion);
}

function createAsset(
  device: ProjectDevice,
  fields: ReadonlyMap<string, string>,
  frameio: FrameIo,
  to: Addresses,
): Answer {
  const missing = ["name", "filetype", "filesize"].filter((name) => !fields.has(name));
  if (missing.length > 0) throw new ApiRefusal(422, "Invalid Argument", `Missing: ${missing.join(", ")}`);
  frameio.admitAsset(device, wholeNumber(fields, "offset", 0));
  const id = randomUUID();
  const parts = Math.min(wholeNumber(fields, "parts", 1), MOST_PARTS);
  const urls = Array.from({ length: parts }, (_, part) => `${to.api}/upload/${id}/${part + 1}`);
  return json(200, { _type: "file", id, name: fields.get("name"), upload_urls: urls });
}

function wholeNumber(fields: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const text = fields.get(name);
  if (text === undefined) return otherwise;
  if (/^\d+$/.test(text)) return Number(text);
  throw new ApiRefusal(422, "Invalid Argument", `${name} is not a whole number`);
}

/** `GET /v2/devices/me` in full (API facts §3.5). */
function record(device: ProjectDevice, now: number): unknown {
  const creator = { _type: "user", id: "00000000-0000-4000-8000-000000000001", name: "Sam Simulated" };
  const inserted = iso(device.insertedAt);
  const online = device.sockets > 0 || now - (device.lastSeenAt ?? -Infinity) < OFFLINE_AFTER_MS;
  const presence = online ? "online" : "offline";
  return {
    _type: "project_device",
    id: device.id,
    asset_type: "video",
    authorization: {
      _type: "project_device_authorization",
      id: device.authorizationId,
      creator,
      creator_id: creator.id,
      expires_at: device.expiresAt === null ? null : iso(device.expiresAt),
      inserted_at: inserted,
      project_device_id: device.id,
      scopes: {
        id: device.authorizationId,
        asset_create: device.scopes.includes("asset_create"),
        asset_read: false,
        asset_update: false,
        asset_delete: false,
        offline: device.scopes.includes("offline"),
        project_read: false,
      },
    },
    channel_count: 1,
    channels: [
      {
        _type: "project_device_channel",
        id: device.channelId,
        actor_id: device.channelId,
        asset_type: "video",
        device_id: device.deviceId,
        external_index: 0,
        inserted_at: inserted,
        name: device.name,
        project_device_id: device.id,
        project_id: device.project.id,
        real_time_logging_capable: false,
        status: presence,
        updated_at: inserted,
      },
    ],
    creator_id: creator.id,
    deleted_at: null,
    device_id: device.deviceId,
    inserted_at: inserted,
    last_known_firmware_version: device.firmware,
    last_seen_at: device.lastSeenAt === null ? null : iso(device.lastSeenAt),
    name: device.name,
    path_asset_type: "Video",
    path_name: device.name.slice(0, 50),
    project: { _type: "project", id: device.project.id, name: device.project.name },
    project_id: device.project.id,
    required_metadata_attributes: [],
    status: isPaused(device) ? "paused" : presence,
    timezone: "Europe/Berlin",
    updated_at: inserted,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
