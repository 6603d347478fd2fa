/**
 * Frame.io's paths and dialect (API facts §3, §4) in front of an authorization server of the standards. It translates
 * and decides nothing: every word about codes, grants and tokens is the server's.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { type Exchange, RESOURCE_SERVER, type Settings } from "./settings.ts";

/** The paths that are Frame.io's; all others are the authorization server's own. */
export const DIALECT = /^\/v2\//;

interface Translation {
  readonly call: Exchange["call"];
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | null;
}

const ENDPOINTS = {
  "/v2/auth/device/code": "/device/auth",
  "/v2/auth/token": "/token",
  "/v2/auth/revoke": "/token/revocation",
} as const;

const SECRETS = ["device_code", "access_token", "refresh_token", "token"];

const NOT_AUTHORIZED = {
  code: 401,
  errors: [
    {
      code: 401,
      detail: "You are not allowed to access that resource",
      status: 401,
      title: "Not Authorized",
    },
  ],
  message: "Not Authorized",
};

export class Shim {
  readonly #settings: Settings;
  readonly #server: string;
  readonly #tell: (exchange: Exchange) => void;

  /**
   * @param server where the authorization server's own endpoints are
   * @param tell is told of each exchange before its answer leaves
   */
  constructor(settings: Settings, server: string, tell: (exchange: Exchange) => void) {
    this.#settings = settings;
    this.#server = server;
    this.#tell = tell;
  }

  async serve(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = Date.now();
    const fields = await readForm(request);
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? null;
    const { call, status, body } = await this.#translate(path, fields, bearer);
    const secrets = [...SECRETS.flatMap((name) => [fields.get(name), body?.[name]]), bearer].filter(
      (value) => typeof value === "string",
    );
    const error = typeof body?.error === "string" ? body.error : null;
    const about = fields.get("device_code") ?? fields.get("refresh_token") ?? fields.get("token") ?? bearer;
    this.#tell({
      call,
      asked,
      answered: Date.now(),
      status,
      error,
      about: about === null ? null : fingerprint(about),
      secrets,
    });
    response.writeHead(status, body === null ? {} : { "content-type": "application/json" });
    response.end(body === null ? undefined : JSON.stringify(body));
  }

  async #translate(path: string, fields: URLSearchParams, bearer: string | null): Promise<Translation> {
    switch (path) {
      case "/v2/devices/me": {
        const token = await this.#introspect(bearer);
        return token.active === true
          ? { call: "device", status: 200, body: deviceRecord(token) }
          : { call: "device", status: 401, body: NOT_AUTHORIZED };
      }
      case "/v2/devices/heartbeat":
        return (await this.#introspect(bearer)).active === true
          ? { call: "heartbeat", status: 204, body: null }
          : { call: "heartbeat", status: 401, body: NOT_AUTHORIZED };
      case "/v2/auth/device/code": {
        const answer = await this.#post(ENDPOINTS[path], scoped(fields));
        return { call: "code", ...answer, body: named(answer.body, fields.get("client_id")) };
      }
      case "/v2/auth/token": {
        const call = fields.has("refresh_token") ? "refresh" : "poll";
        const answer = await this.#post(ENDPOINTS[path], fields);
        return { call, ...answer, body: unscoped(answer.body) };
      }
      case "/v2/auth/revoke": {
        const { status, body } = await this.#post(ENDPOINTS[path], fields);
        return { call: "revoke", status, body: body ?? { success: true } };
      }
    }
    throw new Error(`no call of the C2C API: ${path}`);
  }

  #introspect(token: string | null): Promise<Readonly<Record<string, unknown>>> {
    const { secret } = this.#settings;
    const form = { client_id: RESOURCE_SERVER, client_secret: secret, token: token ?? "" };
    return this.#post("/token/introspection", new URLSearchParams(form)).then(({ body }) => body ?? {});
  }

  async #post(path: string, form: URLSearchParams): Promise<Omit<Translation, "call">> {
    const headers = { "x-forwarded-host": new URL(this.#settings.url).host };
    const answer = await fetch(this.#server + path, { method: "POST", body: form, headers });
    const text = await answer.text();
    const body = text === "" ? null : (JSON.parse(text) as Readonly<Record<string, unknown>>);
    // Frame.io says 400 where RFC 6749 §5.2 has 401 for a client that is not who it says.
    return { status: body?.error === "invalid_client" ? 400 : answer.status, body };
  }
}

/** Multipart or urlencoded, every parameter as often as it came. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers["content-type"];
  if (type === undefined) return new URLSearchParams();
  const form = await new Response(await buffer(request), { headers: { "content-type": type } }).formData();
  const fields = new URLSearchParams();
  for (const [name, value] of form) fields.append(name, String(value));
  return fields;
}

/** Frame.io's `offline` is OpenID Connect's `offline_access`, which wants to be consented to (OpenID Connect Core §11). */
function scoped(fields: URLSearchParams): URLSearchParams {
  const form = new URLSearchParams(fields);
  const scope = (fields.get("scope") ?? "").split(" ");
  form.set("scope", scope.map((word) => (word === "offline" ? "offline_access" : word)).join(" "));
  if (scope.includes("offline")) form.set("prompt", "consent");
  return form;
}

function unscoped(body: Translation["body"]): Translation["body"] {
  return typeof body?.scope === "string"
    ? { ...body, scope: body.scope.replace("offline_access", "offline") }
    : body;
}

function named(body: Translation["body"], clientId: string | null): Translation["body"] {
  return body?.device_code === undefined ? body : { ...body, name: deviceName(clientId) };
}

function deviceName(clientId: unknown): string {
  return `Demo-Camera-${clientId}`;
}

/** The person who has authorized the device is the name of its project as well. */
function deviceRecord({ client_id, scope, sub }: Readonly<Record<string, unknown>>): Translation["body"] {
  const words = String(scope).split(" ");
  return {
    _type: "project_device",
    id: client_id,
    name: deviceName(client_id),
    project: { _type: "project", id: sub, name: sub },
    authorization: {
      _type: "project_device_authorization",
      expires_at: null,
      scopes: { asset_create: words.includes("asset_create"), offline: words.includes("offline_access") },
    },
  };
}

function fingerprint(value: string): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 12);
}
