import type { Simulator } from "./simulator.ts";

/** What a device reads from an answer. */
export interface Heard {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Members of the JSON body; empty where there is none. */
  readonly json: Record<string, unknown>;
}

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

/** The least that a device does, by plain fetch: not the product's client, so that the two can't share a mistake. */
export class TestDevice {
  readonly clientId: string;
  readonly #simulator: Simulator;

  constructor(simulator: Simulator, clientId = "R1-0001") {
    this.#simulator = simulator;
    this.clientId = clientId;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Heard> {
    const response = await fetch(`${this.#simulator.url}${path}`, { redirect: "manual", ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: members(text) };
  }

  /** A call of an auth endpoint as multipart; an undefined field is left out. */
  auth(
    path: string,
    fields: Record<string, string | undefined>,
    headers?: Record<string, string>,
  ): Promise<Heard> {
    const body = new FormData();
    const all = { client_id: this.clientId, client_secret: this.#simulator.secret, ...fields };
    for (const [name, value] of Object.entries(all)) if (value !== undefined) body.set(name, value);
    return this.ask(path, { method: "POST", body, ...(headers ? { headers } : {}) });
  }

  requestCode(fields: Record<string, string | undefined> = {}, headers = URL_PAIRING): Promise<Heard> {
    return this.auth("/v2/auth/device/code", { scope: "asset_create offline", ...fields }, headers);
  }

  poll(deviceCode: unknown, fields: Record<string, string | undefined> = {}): Promise<Heard> {
    return this.auth("/v2/auth/token", {
      grant_type: DEVICE_CODE,
      device_code: String(deviceCode),
      ...fields,
    });
  }

  refresh(token: unknown, fields: Record<string, string | undefined> = {}): Promise<Heard> {
    const grant = { grant_type: "refresh_token", refresh_token: String(token) };
    return this.auth("/v2/auth/token", { ...grant, ...fields });
  }

  me(access: unknown): Promise<Heard> {
    return this.ask("/v2/devices/me", { headers: { authorization: `Bearer ${access}` } });
  }

  /** Takes a code, has it approved, redeems it. */
  async pair(
    approval: Parameters<Simulator["approve"]>[0] = {},
    scope?: string,
  ): Promise<Record<string, unknown>> {
    const code = await this.requestCode(scope === undefined ? {} : { scope });
    this.#simulator.approve({ clientId: this.clientId, ...approval });
    return (await this.poll(code.json.device_code)).json;
  }
}

const URL_PAIRING: Record<string, string> = {
  "x-client-platypus-enabled": "true",
  "x-client-version": "2.16.4",
};

function members(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
