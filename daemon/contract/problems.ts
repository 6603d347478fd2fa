/**
 * Everything that can be wrong, a row each: what it is, where it is told, what it hides behind, and when it holds. The
 * codes are wire-stable; what crews read of each is in `daemon/texts/`, in nine languages.
 */
import { type DeviceRecord, REFRESH_LIFE_MS, type StoredEnd } from "./authorization.ts";
import type { Light, Sign } from "./states.ts";
import type { StorageTrouble, VaultNotice } from "./storage.ts";
import type { FaultKind } from "./verdicts.ts";

/** `error`: the device can't do its job until this is mended; `warning`: it will become one; `info`: worth knowing. */
export type Severity = "error" | "warning" | "info";

/** What the daemon knows of its own health. */
export interface Facts {
  /** The word with which Frame.io, or the want of a secret, refuses what is asked for now. */
  readonly refusal: string | null;
  /** Why the client_secret that is there can't be used; null where nothing is wrong with it, or there is none. */
  readonly secretUnusable: string | null;
  /** Faults in a row on the way to Frame.io, and for how many milliseconds a request for a code waits after the last one. */
  readonly trouble: { readonly kind: FaultKind; readonly count: number; readonly wait: number } | null;
  /** Whether any interface but loopback has an address. */
  readonly networkUp: boolean;
  /** How the last authorization ended, until the next one. */
  readonly ended: { readonly reason: StoredEnd["reason"]; readonly wallAt: number | null } | null;
  /** The authorization held. */
  readonly grant: {
    /** Refreshes that failed in a row, for other reasons than the storage. */
    readonly refreshFailures: number;
    /** Wall time at which its refresh token was issued; null where no clock could be believed then. */
    readonly issuedAt: number | null;
    readonly device: DeviceRecord | null;
  } | null;
  /** Wall time; null while the clock can't be believed. */
  readonly now: number | null;
  readonly vault: {
    readonly notices: readonly VaultNotice[];
    readonly failing: StorageTrouble | null;
    /** Whether memory alone has the newest tokens. */
    readonly unsaved: boolean;
  };
  readonly display: {
    readonly missing: string | null;
    readonly qrTooSmall: boolean;
    /** The project's name, where no font that is installed can draw it. */
    readonly undrawable: string | null;
  };
  /** Why the status page can't be served; null where it is, or is switched off. */
  readonly pageFailing: string | null;
  /** What keeps the device from being shown online, and for how many milliseconds it has; null where nothing does. */
  readonly presence: { readonly detail: string; readonly lasts: number } | null;
  /** The client_id before, where the board under the card is another one than the card remembers. */
  readonly identityChanged: string | null;
}

interface ProblemRow {
  readonly severity: Severity;
  /** Which part of the device it belongs to, in the words of `c2cctl doctor`. */
  readonly part:
    | "secret"
    | "interface"
    | "dns"
    | "portal"
    | "proxy"
    | "api"
    | "tls"
    | "clock"
    | "storage"
    | "identity"
    | "display"
    | "page"
    | "presence"
    | "authorization";
  readonly symbol: Sign;
  /** The light while it holds; null where it does not change that. */
  readonly light: Light | null;
  /** Whether Frame.io can't be reached while it holds. */
  readonly offline: boolean;
  /** Whether a screen or the page can be about it: who reads of a missing screen on the screen doesn't miss it. */
  readonly topic: boolean;
  /** Causes that make telling it pointless. */
  readonly hiddenBy: readonly string[];
  /** One detail, or null, each time that it holds: what the one who maintains the device should know besides. */
  holds(facts: Facts): readonly (string | null)[];
}

/** A blip is not a problem: transport trouble is told from this many faults in a row, or a wait of so long. */
const TROUBLE_COUNT = 2;
const LONG_WAIT_MS = 10_000;
const SOON_MS = 3 * 86_400_000;
/** Milliseconds without a call after which Frame.io shows a device offline (API facts §3.6). */
export const SHOWN_OFFLINE_MS = 300_000;

const NO: readonly never[] = [];

function when(holds: boolean | undefined, detail: string | null = null): readonly (string | null)[] {
  return holds === true ? [detail] : NO;
}

type Columns = Partial<Pick<ProblemRow, "symbol" | "light" | "offline" | "topic" | "hiddenBy">>;

const LIGHT_OF = { error: "red", warning: "amber", info: null } as const;

function row(
  severity: Severity,
  part: ProblemRow["part"],
  holds: ProblemRow["holds"],
  {
    symbol = "attention",
    topic = true,
    light = topic ? LIGHT_OF[severity] : null,
    offline = false,
    hiddenBy = [],
  }: Columns = {},
): ProblemRow {
  return { severity, part, symbol, light, offline, topic, hiddenBy, holds };
}

/** Something on the way to Frame.io; without an interface, nobody is told that the name server does not answer. */
function onTheWay(
  severity: Severity,
  part: ProblemRow["part"],
  details: Partial<Readonly<Record<FaultKind, string>>>,
  columns: Columns = {},
): ProblemRow {
  const holds: ProblemRow["holds"] = ({ trouble }) => {
    const detail = trouble !== null && lasts(trouble) ? details[trouble.kind] : undefined;
    return when(detail !== undefined, detail);
  };
  return row(severity, part, holds, { hiddenBy: ["no-network"], ...columns });
}

/** What says why a refresh fails says it better. */
const REASONS_OF_A_REFRESH = [
  "secret-missing",
  "secret-refused",
  "request-refused",
  "no-network",
  "no-dns",
  "captive-portal",
  "proxy-refused",
  "server-unreachable",
  "server-trouble",
  "unexpected-answer",
  "tls-refused",
  "clock-wrong",
];

const UNEXPECTED =
  "What answers does not speak as Frame.io does: a proxy may change it, or frameio.base_url is wrong.";

export const PROBLEM_ROWS = {
  "secret-missing": row("error", "secret", ({ refusal, secretUnusable }) =>
    when(
      refusal === "secret_missing" && secretUnusable === null,
      "The client_secret is missing: run c2cd-provision, or set frameio.client_secret_file.",
    ),
  ),
  /** Told at once, and not when the next refresh is due. */
  "secret-unusable": row("error", "secret", ({ secretUnusable }) =>
    when(secretUnusable !== null, secretUnusable),
  ),
  "secret-refused": row("error", "secret", ({ refusal }) =>
    when(refusal === "invalid_client", "The client_secret does not belong to this device model."),
  ),
  "request-refused": row("error", "authorization", ({ refusal }) =>
    when(
      refusal !== null && refusal !== "secret_missing" && refusal !== "invalid_client",
      `Frame.io answers ${refusal}: look at frameio.scope, frameio.client_version and frameio.body_encoding.`,
    ),
  ),
  "no-network": row(
    "warning",
    "interface",
    ({ trouble, networkUp }) =>
      when(trouble !== null && lasts(trouble) && !networkUp && trouble.kind !== "clock"),
    { symbol: "offline", offline: true },
  ),
  "no-dns": onTheWay(
    "warning",
    "dns",
    { dns: "The name server of this network does not know Frame.io's address." },
    { symbol: "offline", offline: true },
  ),
  "captive-portal": onTheWay(
    "warning",
    "portal",
    { "captive-portal": "A page of this network answers in Frame.io's place." },
    { offline: true },
  ),
  "proxy-refused": onTheWay(
    "warning",
    "proxy",
    { proxy: "User name and password belong into HTTPS_PROXY, for c2cd: systemctl edit c2cd." },
    { offline: true },
  ),
  "server-unreachable": onTheWay(
    "warning",
    "api",
    {
      connect: "No connection comes about; the network may not let HTTPS through.",
      timeout: "Frame.io does not answer in time.",
    },
    { symbol: "offline", offline: true },
  ),
  "server-trouble": onTheWay("warning", "api", {
    "rate-limited": "Frame.io asks to slow down.",
    server: "Frame.io answers with an error of its own.",
  }),
  "unexpected-answer": onTheWay("warning", "api", {
    status: UNEXPECTED,
    oversized: UNEXPECTED,
    malformed: UNEXPECTED,
  }),
  "tls-refused": onTheWay(
    "warning",
    "tls",
    { tls: "What answers does not prove to be Frame.io." },
    { offline: true },
  ),
  "clock-wrong": onTheWay(
    "warning",
    "clock",
    { clock: "Frame.io's certificate is not valid at the time that this device believes in." },
    { symbol: "clock" },
  ),
  "authorization-ended": row("warning", "authorization", ({ ended }) =>
    when(ended?.reason === "refused", endedOn(ended)),
  ),
  "authorization-ran-out": row("warning", "authorization", ({ ended }) =>
    when(ended?.reason === "ran-out", endedOn(ended)),
  ),
  "refresh-failing": row(
    "warning",
    "authorization",
    ({ grant }) =>
      when(
        grant !== null && grant.refreshFailures >= TROUBLE_COUNT,
        grant === null || grant.issuedAt === null
          ? null
          : `Without Frame.io's answer it stays paired until ${day(grant.issuedAt + REFRESH_LIFE_MS)}.`,
      ),
    { symbol: "offline", offline: true, hiddenBy: REASONS_OF_A_REFRESH },
  ),
  paused: row("warning", "authorization", ({ grant }) => when(grant?.device?.paused)),
  "may-not-upload": row("error", "authorization", ({ grant }) =>
    when(grant?.device?.canCreateAssets === false),
  ),
  "expiring-soon": row("warning", "authorization", ({ grant, now }) => {
    const end = grant?.device?.authorizationExpiresAt ?? null;
    return end === null ? NO : when(now !== null && end - now < SOON_MS, `It ends on ${day(end)}.`);
  }),
  /** What can't be stored is kept in memory, so uploads go on until the power goes. */
  "pairing-unsaved": row(
    "error",
    "storage",
    ({ vault, grant }) =>
      when(vault.failing !== null && vault.unsaved && grant !== null, vault.failing?.reason),
    { light: "amber" },
  ),
  "storage-failing": row(
    "error",
    "storage",
    ({ vault }) => when(vault.failing !== null, vault.failing?.reason),
    { light: "amber", hiddenBy: ["pairing-unsaved"] },
  ),
  "storage-replaced": row("warning", "storage", (facts) => (facts.grant === null ? movedAside(facts) : NO)),
  /** Nobody has to pair again where the pairing could be saved, or was made anew since. */
  "storage-recovered": row("info", "storage", (facts) =>
    facts.grant === null ? NO : [...movedAside(facts), ...restored(facts)],
  ),
  "storage-unreadable": row("warning", "storage", ({ vault, grant }) =>
    vault.notices.flatMap((notice) =>
      notice.type === "unreadable" && grant === null ? [notice.reason] : [],
    ),
  ),
  "identity-changed": row("warning", "identity", ({ identityChanged, grant }) =>
    when(identityChanged !== null && grant === null, `It was paired as ${identityChanged}.`),
  ),
  "display-missing": row(
    "warning",
    "display",
    ({ display }) => when(display.missing !== null, display.missing),
    { topic: false },
  ),
  "name-not-drawable": row(
    "info",
    "display",
    ({ display: { undrawable } }) =>
      when(undrawable !== null, undrawable && `It needs a font: apt install ${fontPackage(undrawable)}`),
    { topic: false },
  ),
  "qr-too-small": row("info", "display", ({ display }) => when(display.qrTooSmall), { topic: false }),
  "page-failing": row("warning", "page", ({ pageFailing }) => when(pageFailing !== null, pageFailing), {
    topic: false,
  }),
  /** Told where nothing else is wrong with the way to Frame.io. */
  "presence-failing": row(
    "warning",
    "presence",
    ({ presence, trouble }) =>
      when(presence !== null && presence.lasts >= SHOWN_OFFLINE_MS && trouble === null, presence?.detail),
    { topic: false },
  ),
} as const satisfies Readonly<Record<string, ProblemRow>>;

export type ProblemCode = keyof typeof PROBLEM_ROWS;

export const PROBLEM_CODES = Object.keys(PROBLEM_ROWS) as readonly ProblemCode[];

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** What is wrong, one plain sentence in English. */
  readonly text: string;
  /** What a person can do about it, in plain English. */
  readonly action: string;
  /** What the one who maintains the device should know besides; null where there is nothing. */
  readonly detail: string | null;
  /** ISO 8601. */
  readonly since: string;
}

export type Finding = Pick<Problem, "code" | "severity" | "detail">;

const WORST_FIRST: readonly Severity[] = ["error", "warning", "info"];

/** Everything that is wrong now, worst first, causes without what they hide. */
export function diagnose(facts: Facts): readonly Finding[] {
  const found = PROBLEM_CODES.flatMap((code) => {
    const { severity, holds } = PROBLEM_ROWS[code];
    return holds(facts).map((detail): Finding => ({ code, severity, detail }));
  });
  const codes = found.map(({ code }): string => code);
  return found
    .filter(({ code }) => !PROBLEM_ROWS[code].hiddenBy.some((cause) => codes.includes(cause)))
    .sort((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity));
}

function lasts({ count, wait }: NonNullable<Facts["trouble"]>): boolean {
  return count >= TROUBLE_COUNT || wait >= LONG_WAIT_MS;
}

/** Debian's package with the letters of a name that Latin, Greek and Cyrillic don't have. */
function fontPackage(name: string): string {
  const eastAsian =
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u;
  return eastAsian.test(name) ? "fonts-noto-cjk" : "fonts-noto-core";
}

function endedOn(ended: Facts["ended"]): string | null {
  return ended?.wallAt == null ? null : `It ended on ${day(ended.wallAt)}.`;
}

function movedAside({ vault }: Facts): readonly string[] {
  return vault.notices.flatMap((notice) =>
    notice.type === "moved-aside" ? [`The damaged file is kept as ${notice.path}.`] : [],
  );
}

function restored({ vault }: Facts): readonly string[] {
  return vault.notices.flatMap((notice) => (notice.type === "restored" ? [notice.reason] : []));
}

function day(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10);
}
