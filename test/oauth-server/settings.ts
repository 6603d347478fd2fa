/** The client that asks about tokens (RFC 7662): the API behind the authorization server. */
export const RESOURCE_SERVER = "resource-server";

/** What an authorization server is told in `settings.json` of its directory. Lives are in seconds. */
export interface Settings {
  /** Where people and devices reach it, whatever port it listens on; also its issuer identifier (RFC 8414 §2). */
  readonly url: string;
  /** The client_secret of the model. */
  readonly secret: string;
  /** The client_ids of the units that are registered. */
  readonly units: readonly string[];
  readonly codeLife: number;
  readonly accessLife: number;
  readonly refreshLife: number;
  /** Seconds that have to lie between two polls of a device_code, or it says `slow_down` (RFC 8628 §3.5). */
  readonly pace: number;
}

/** One call of a device with its answer, as the server tells it before the answer leaves. */
export interface Exchange {
  readonly call: "code" | "poll" | "refresh" | "revoke" | "device" | "heartbeat";
  /** Milliseconds since 1970: when the request was there, and when its answer was. */
  readonly asked: number;
  readonly answered: number;
  readonly status: number;
  /** RFC 6749 §5.2's word. */
  readonly error: string | null;
  /** Which device_code or token it was about, as a fingerprint; null where it named none. */
  readonly about: string | null;
  /** Every device_code and token in it. */
  readonly secrets: readonly string[];
}
