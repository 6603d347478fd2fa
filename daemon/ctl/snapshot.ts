import { EXIT } from "../cli/exit.ts";
import { printable } from "../core/text.ts";
import { Failure } from "./failure.ts";

/**
 * The daemon's snapshot as this client needs it. Read with tolerance: a daemon of another version may name states and
 * problems that this client does not know, and may leave out what it does. Every text is safe to print.
 */
export interface SnapshotView {
  readonly state: string;
  readonly since: string | null;
  /** Null where the daemon does not tell. */
  readonly light: string | null;
  /** ISO 8601; null where nothing is known to be wrong with the device's clock. */
  readonly wrongTime: string | null;
  readonly device: {
    readonly name: string | null;
    readonly clientId: string | null;
    readonly model: string | null;
    readonly source: string | null;
  };
  readonly pairing: CodeView | null;
  readonly project: string | null;
  readonly authorization: {
    readonly expiresAt: string | null;
    readonly accessExpiresIn: number | null;
    readonly refreshedAt: string | null;
    readonly answeredAt: string | null;
  } | null;
  readonly health: readonly ProblemView[];
  readonly display: {
    readonly driver: string | null;
    readonly device: string | null;
    readonly name: string | null;
    readonly width: number | null;
    readonly height: number | null;
    readonly qrModule: number | null;
    readonly qrQuiet: number | null;
  };
  /** Where other devices on the network open the status page. */
  readonly page: readonly string[];
  readonly version: string | null;
  readonly uptime: number | null;
}

export interface CodeView {
  readonly userCode: string;
  readonly uri: string | null;
  readonly uriComplete: string | null;
  /** Seconds when the snapshot was made. */
  readonly expiresIn: number | null;
  readonly attempt: number | null;
}

export interface ProblemView {
  readonly code: string;
  readonly severity: string;
  readonly text: string;
  readonly action: string;
  readonly detail: string;
}

/**
 * @param body of `GET /v1/status`, of a 202, or of an event
 * @throws {Failure} where it is no snapshot at all
 */
export function readSnapshot(body: string): SnapshotView {
  const top = fields(parse(body));
  const state = top?.text("state");
  if (top === null || state === undefined || state === null)
    throw new Failure(
      EXIT.unavailable,
      "c2cd answers in a way that this c2cctl does not understand; install both from the same version",
    );
  const device = fields(top.value("device"));
  const display = fields(top.value("display"));
  const authorization = fields(top.value("authorization"));
  return {
    state,
    since: top.text("since"),
    light: top.text("light"),
    wrongTime: top.text("wrong_time"),
    device: {
      name: device?.text("name") ?? null,
      clientId: device?.text("client_id") ?? null,
      model: device?.text("model") ?? null,
      source: device?.text("source") ?? null,
    },
    pairing: readCode(top.value("pairing")),
    project: fields(top.value("project"))?.text("name") ?? null,
    authorization:
      authorization === null
        ? null
        : {
            expiresAt: authorization.text("expires_at"),
            accessExpiresIn: authorization.number("access_expires_in"),
            refreshedAt: authorization.text("refreshed_at"),
            answeredAt: authorization.text("answered_at"),
          },
    health: readHealth(top.value("health")),
    display: {
      driver: display?.text("driver") ?? null,
      device: display?.text("device") ?? null,
      name: display?.text("name") ?? null,
      width: display?.number("width") ?? null,
      height: display?.number("height") ?? null,
      qrModule: display?.number("qr_module") ?? null,
      qrQuiet: display?.number("qr_quiet") ?? null,
    },
    page: readTexts(top.value("page")),
    version: top.text("version"),
    uptime: top.number("uptime"),
  };
}

/** Those of a list that are texts, safe to print; none where it is no list. */
export function readTexts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item) => typeof item === "string").map((item) => printable(item));
}

function readCode(value: unknown): CodeView | null {
  const code = fields(value);
  const userCode = code?.text("user_code") ?? null;
  if (code === null || userCode === null) return null;
  return {
    userCode,
    uri: code.text("verification_uri"),
    uriComplete: code.text("verification_uri_complete"),
    expiresIn: code.number("expires_in"),
    attempt: code.number("attempt"),
  };
}

function readHealth(value: unknown): ProblemView[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => {
    const problem = fields(item);
    const code = problem?.text("code") ?? null;
    if (problem === null || code === null) return [];
    return {
      code,
      severity: problem.text("severity") ?? "warning",
      text: problem.text("text") ?? code,
      action: problem.text("action") ?? "",
      detail: problem.text("detail") ?? "",
    };
  });
}

/** Typed looks at an object that came from outside; null for anything else. */
export function fields(value: unknown) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const object = value as Readonly<Record<string, unknown>>;
  return {
    value: (key: string) => object[key],
    text(key: string): string | null {
      const found = object[key];
      return typeof found === "string" ? printable(found) : null;
    },
    number(key: string): number | null {
      const found = object[key];
      return typeof found === "number" && Number.isFinite(found) ? found : null;
    },
  };
}

/** JSON, or undefined. */
export function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
