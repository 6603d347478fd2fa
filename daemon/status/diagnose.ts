import type { Clock } from "../clock.ts";
import type { FaultKind } from "../domain.ts";
import { REFRESH_LIFE_MS } from "../pairing/machine.ts";
import type { Failing, Grant, State } from "../pairing/state.ts";
import type { VaultNotice } from "../vault/vault.ts";
import type { Problem, ProblemCode } from "./health.ts";

/** What the rooms beside the pairing machine know of their own health. */
export interface Facts {
  /** Whether any interface but loopback has an address. */
  readonly networkUp: boolean;
  readonly vault: {
    readonly notices: readonly VaultNotice[];
    /** Set while the disk refuses. */
    readonly failing: { readonly since: number; readonly reason: string } | null;
  };
  readonly display: { readonly missing: string | null; readonly qrTooSmall: boolean };
  /** Set where the board under the card is another one than the card remembers. */
  readonly identityChanged: string | null;
}

type Finding = Pick<Problem, "code" | "severity" | "detail">;

/** A blip is not a problem: transport trouble is told from this many faults in a row, or a wait of so long. */
const TROUBLE_COUNT = 2;
const LONG_WAIT_MS = 10_000;
const SOON_MS = 3 * 86_400_000;

/**
 * Everything that is wrong now, worst first. A cause hides its consequences: without an interface nobody is told that
 * the name server does not answer.
 */
export function diagnose(state: State, facts: Facts, clock: Clock): Finding[] {
  return [
    ...pairingProblems(state),
    ...wayProblems(state, facts, clock),
    ...grantProblems(state, clock),
    ...storageProblems(state, facts),
    ...deviceProblems(facts),
  ].sort((a, b) => rank(a) - rank(b));
}

function rank(finding: Finding): number {
  return ["error", "warning", "info"].indexOf(finding.severity);
}

function pairingProblems(state: State): Finding[] {
  const refusal = state.offer.at === "refused" ? state.offer.error : refusedRefresh(state.grant);
  if (refusal === null) return [];
  if (refusal === "secret_missing")
    return [
      error(
        "secret-missing",
        "The client_secret is missing: run c2cd-provision, or set frameio.client_secret_file.",
      ),
    ];
  if (refusal === "invalid_client")
    return [error("secret-refused", "The client_secret does not belong to this device model.")];
  return [
    error(
      "request-refused",
      `Frame.io answers ${refusal}: look at frameio.scope, frameio.client_version and frameio.body_encoding.`,
    ),
  ];
}

function refusedRefresh(grant: Grant | null): string | null {
  const failing = failingOf(grant);
  return failing?.cause === "refused" ? failing.error : null;
}

function failingOf(grant: Grant | null): Failing | null {
  return grant === null || grant.refresh.at === "never" ? null : grant.refresh.failing;
}

const UNEXPECTED = ["server-trouble", "Frame.io gave an unexpected answer."] as const;

const WAY: Readonly<Record<FaultKind, readonly [ProblemCode, string]>> = {
  dns: ["no-dns", "The name server of this network does not know Frame.io's address."],
  connect: ["server-unreachable", "No connection comes about; the network may not let HTTPS through."],
  proxy: ["proxy-refused", "User name and password belong into HTTPS_PROXY, for c2cd: systemctl edit c2cd."],
  timeout: ["server-unreachable", "Frame.io does not answer in time."],
  tls: ["tls-refused", "What answers does not prove to be Frame.io."],
  clock: ["clock-wrong", "Frame.io's certificate is not valid at the time that this device believes in."],
  "captive-portal": ["captive-portal", "A page of this network answers in Frame.io's place."],
  "rate-limited": ["server-trouble", "Frame.io asks to slow down."],
  server: ["server-trouble", "Frame.io answers with an error of its own."],
  status: UNEXPECTED,
  oversized: UNEXPECTED,
  malformed: UNEXPECTED,
};

function wayProblems(state: State, facts: Facts, clock: Clock): Finding[] {
  const { trouble, offer } = state;
  const waits = offer.at === "requesting" && offer.retryAt - clock.elapsed() >= LONG_WAIT_MS;
  if (trouble === null || (trouble.count < TROUBLE_COUNT && !waits)) return [];
  if (!facts.networkUp && trouble.kind !== "clock") return [warning("no-network")];
  return [warning(...WAY[trouble.kind])];
}

function grantProblems(state: State, clock: Clock): Finding[] {
  const found: Finding[] = [];
  const { grant, ended } = state;
  if (ended !== null)
    found.push(
      warning(
        ended.reason === "ran-out" ? "authorization-ran-out" : "authorization-ended",
        ended.wallAt === null ? null : `It ended on ${day(ended.wallAt)}.`,
      ),
    );
  if (grant === null) return found;
  const failing = failingOf(grant);
  if (failing !== null && failing.count >= TROUBLE_COUNT && failing.cause !== "storage")
    found.push(warning("refresh-failing", lastDay(grant)));
  const { device } = grant;
  if (device?.paused) found.push(info("paused"));
  if (device?.canCreateAssets === false) found.push(error("may-not-upload"));
  const end = device?.authorizationExpiresAt ?? null;
  if (end !== null && clock.wallTrusted() && end - clock.wall() < SOON_MS)
    found.push(warning("expiring-soon", `It ends on ${day(end)}.`));
  return found;
}

function lastDay({ current }: Grant): string | null {
  if (!current.clockTrusted) return null;
  return `Without Frame.io's answer it stays paired until ${day(current.obtainedAt + REFRESH_LIFE_MS)}.`;
}

function day(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10);
}

function storageProblems(state: State, facts: Facts): Finding[] {
  const found: Finding[] = [];
  if (facts.vault.failing !== null) found.push(error("storage-failing", facts.vault.failing.reason));
  const paired = state.grant !== null;
  for (const notice of facts.vault.notices)
    if (notice.type === "moved-aside") found.push(replaced(notice.path, paired));
    else if (!paired) found.push(warning("storage-unreadable", notice.reason));
  return found;
}

/** Nobody has to pair again where the pairing could be saved, or was made anew since. */
function replaced(path: string, paired: boolean): Finding {
  const detail = `The damaged file is kept as ${path}.`;
  return paired ? info("storage-recovered", detail) : warning("storage-replaced", detail);
}

function deviceProblems(facts: Facts): Finding[] {
  const found: Finding[] = [];
  if (facts.identityChanged !== null)
    found.push(warning("identity-changed", `It was paired as ${facts.identityChanged}.`));
  if (facts.display.missing !== null) found.push(warning("display-missing", facts.display.missing));
  if (facts.display.qrTooSmall) found.push(info("qr-too-small"));
  return found;
}

function error(code: ProblemCode, detail: string | null = null): Finding {
  return { code, severity: "error", detail };
}

function warning(code: ProblemCode, detail: string | null = null): Finding {
  return { code, severity: "warning", detail };
}

function info(code: ProblemCode, detail: string | null = null): Finding {
  return { code, severity: "info", detail };
}
