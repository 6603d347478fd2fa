import type { Clock } from "../clock.ts";
import type { FaultKind } from "../domain.ts";
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

type Finding = Omit<Problem, "since">;

/** A blip is not a problem: transport trouble is told from this many faults in a row. */
const TROUBLE_COUNT = 2;
const SOON_MS = 3 * 86_400_000;

/**
 * Everything that is wrong now, worst first. A cause hides its consequences: without an interface nobody is told that
 * the name server does not answer.
 */
export function diagnose(state: State, facts: Facts, clock: Clock): Finding[] {
  return [
    ...pairingProblems(state),
    ...wayProblems(state, facts),
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
        "This device has no client_secret.",
        "Install it with the credential client_secret or frameio.client_secret_file.",
      ),
    ];
  if (refusal === "invalid_client")
    return [
      error(
        "secret-refused",
        "Frame.io does not accept this device's client_secret.",
        "Check that the client_secret belongs to this device model.",
      ),
    ];
  return [
    error(
      "request-refused",
      `Frame.io refuses the request (${refusal}).`,
      "Check frameio.scope, frameio.client_version and frameio.body_encoding.",
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

const WAY: Readonly<Record<FaultKind, readonly [ProblemCode, string, string]>> = {
  dns: ["no-dns", "Frame.io's address can't be looked up.", "Check that this network reaches the internet."],
  connect: [
    "server-unreachable",
    "Frame.io can't be reached.",
    "Check that this network reaches the internet and lets HTTPS through.",
  ],
  timeout: [
    "server-unreachable",
    "Frame.io does not answer.",
    "Check the signal and that this network reaches the internet.",
  ],
  tls: [
    "tls-refused",
    "The connection to Frame.io is not secure.",
    "Something on this network answers in Frame.io's place; use another network.",
  ],
  clock: [
    "clock-wrong",
    "The clock of this device is wrong.",
    "Set the date and time, or connect to a time server.",
  ],
  "captive-portal": [
    "captive-portal",
    "This network asks for a login page.",
    "Log in to it with another device, or use another network.",
  ],
  "rate-limited": [
    "server-trouble",
    "Frame.io asks us to slow down.",
    "Nothing to do: it goes on by itself.",
  ],
  server: ["server-trouble", "Frame.io has trouble at present.", "Nothing to do: it goes on by itself."],
  status: ["server-trouble", "Frame.io gave an unexpected answer.", "Nothing to do: it goes on by itself."],
  oversized: [
    "server-trouble",
    "Frame.io gave an unexpected answer.",
    "Nothing to do: it goes on by itself.",
  ],
  malformed: [
    "server-trouble",
    "Frame.io gave an unexpected answer.",
    "Nothing to do: it goes on by itself.",
  ],
};

function wayProblems(state: State, facts: Facts): Finding[] {
  const { trouble } = state;
  if (trouble === null || trouble.count < TROUBLE_COUNT) return [];
  if (!facts.networkUp && trouble.kind !== "clock")
    return [
      warning("no-network", "This device has no network.", "Check the Wi-Fi or the cable of this device."),
    ];
  const [code, text, action] = WAY[trouble.kind];
  return [warning(code, text, action)];
}

function grantProblems(state: State, clock: Clock): Finding[] {
  const found: Finding[] = [];
  const { grant, ended } = state;
  if (ended !== null) {
    const when = ended.wallAt === null ? "" : ` on ${new Date(ended.wallAt).toISOString().slice(0, 10)}`;
    found.push(
      ended.reason === "ran-out"
        ? warning("authorization-ran-out", `The authorization ran out${when}.`, "Pair this device again.")
        : warning(
            "authorization-ended",
            `Frame.io ended the authorization${when}.`,
            "Pair this device again.",
          ),
    );
  }
  if (grant === null) return found;
  const failing = failingOf(grant);
  if (failing !== null && failing.count >= TROUBLE_COUNT && failing.cause !== "storage")
    found.push(
      warning(
        "refresh-failing",
        "The authorization could not be renewed lately.",
        "Connect this device to the internet; it goes on by itself.",
      ),
    );
  const { device } = grant;
  if (device?.paused)
    found.push(info("paused", "This device is paused in Frame.io.", "Resume it in Frame.io."));
  if (device?.canCreateAssets === false)
    found.push(
      error(
        "may-not-upload",
        "This pairing does not allow uploads.",
        "Unpair this device and pair it again.",
      ),
    );
  const end = device?.authorizationExpiresAt ?? null;
  if (end !== null && clock.wallTrusted() && end - clock.wall() < SOON_MS)
    found.push(
      warning(
        "expiring-soon",
        `The authorization ends on ${new Date(end).toISOString().slice(0, 10)}.`,
        "Pair this device again to go on after that.",
      ),
    );
  return found;
}

function storageProblems(state: State, facts: Facts): Finding[] {
  const found: Finding[] = [];
  if (facts.vault.failing !== null)
    found.push(
      error(
        "storage-failing",
        `The storage of this device refuses writes: ${facts.vault.failing.reason}`,
        "Free some space or replace the card; until then a power cut can cost the pairing.",
      ),
    );
  const paired = state.grant !== null;
  for (const notice of facts.vault.notices)
    if (notice.type === "moved-aside") found.push(replaced(notice.path, paired));
    else if (!paired)
      found.push(
        warning(
          "storage-unreadable",
          `The stored pairing can't be opened here: ${notice.reason}`,
          "Pair this device again, or bring back the key that it was sealed with.",
        ),
      );
  return found;
}

/** Nobody has to pair again where the pairing could be saved, or was made anew since. */
function replaced(path: string, paired: boolean): Finding {
  return paired
    ? info(
        "storage-replaced",
        `The storage of this device was damaged; the damaged file is kept in ${path}.`,
        "Replace the card if this comes back.",
      )
    : warning(
        "storage-replaced",
        `The stored pairing was damaged and is kept in ${path}.`,
        "Pair this device again; replace the card if this comes back.",
      );
}

function deviceProblems(facts: Facts): Finding[] {
  const found: Finding[] = [];
  if (facts.identityChanged !== null)
    found.push(
      warning(
        "identity-changed",
        `This card was paired in another device: ${facts.identityChanged}`,
        "Pair this device as itself, or move the card back.",
      ),
    );
  if (facts.display.missing !== null)
    found.push(
      warning(
        "display-missing",
        facts.display.missing,
        "Pair with the status page or c2cctl pair meanwhile.",
      ),
    );
  if (facts.display.qrTooSmall)
    found.push(
      info("qr-too-small", "This display is too small for a QR code.", "Type the six digits instead."),
    );
  return found;
}

function error(code: ProblemCode, text: string, action: string): Finding {
  return { code, severity: "error", text, action };
}

function warning(code: ProblemCode, text: string, action: string): Finding {
  return { code, severity: "warning", text, action };
}

function info(code: ProblemCode, text: string, action: string): Finding {
  return { code, severity: "info", text, action };
}
