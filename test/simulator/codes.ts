import { randomInt } from "node:crypto";
import { canarySecret } from "../support/canary.ts";
import type { Project } from "./frameio.ts";
import { AdminError, AuthRefusal } from "./refusals.ts";

/** What a person decided in the pairing dialog. */
export interface Approval {
  readonly project: Project;
  /** Wall time, ms; null for no end. */
  readonly expiresAt: number | null;
}

/** A pairing code that was handed out (API facts §3.1). */
export interface PairingCode {
  readonly userCode: string;
  readonly deviceCode: string;
  readonly clientId: string;
  readonly deviceName: string;
  readonly firmware: string;
  readonly scopes: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Seconds; grows with every slow_down. */
  interval: number;
  polledAt: number | null;
  decision: Approval | "denied" | null;
  granted: boolean;
}

/** Who asks for a code. */
export type Applicant = Pick<PairingCode, "clientId" | "deviceName" | "firmware" | "scopes">;

export type CodeState = "waiting" | "authorized" | "denied" | "expired";

/** A pairing code as the pairing page and tests may see it. */
export interface CodeView {
  readonly userCode: string;
  readonly clientId: string;
  readonly deviceName: string;
  readonly state: CodeState;
  readonly project: string | null;
  /** Milliseconds that it lives on; 0 once it is over. */
  readonly remaining: number;
}

/** A poll this much too soon is not held against the device: packets do not all travel equally fast. */
const POLL_TOLERANCE_MS = 100;

/** RFC 8628 §3.5: how much `slow_down` adds to the interval. */
const SLOW_DOWN_S = 5;

/** How long a dead code is remembered, to be told from one that never was. */
const MEMORY_MS = 3_600_000;

/** The pairing codes of the device grant. An older code of a unit lives on when it takes a new one. */
export class PairingCodes {
  /** Decides for the person once a code has waited for so many seconds; null leaves it to the person. */
  autoApproval: { readonly after: number; readonly project: Project } | null = null;
  readonly #life: number;
  readonly #interval: number;
  readonly #now: () => number;
  readonly #codes = new Map<string, PairingCode>();

  /**
   * @param life seconds that a code lives
   * @param interval seconds between polls
   * @param now the server's wall clock, ms
   */
  constructor(life: number, interval: number, now: () => number) {
    this.#life = life;
    this.#interval = interval;
    this.#now = now;
  }

  issue(applicant: Applicant): PairingCode {
    const now = this.#now();
    for (const old of this.#codes.values()) {
      if (now > old.expiresAt + MEMORY_MS) this.#codes.delete(old.userCode);
    }
    const code: PairingCode = {
      ...applicant,
      userCode: this.#freshUserCode(),
      deviceCode: canarySecret(74),
      issuedAt: now,
      expiresAt: now + this.#life * 1000,
      interval: this.#interval,
      polledAt: null,
      decision: null,
      granted: false,
    };
    this.#codes.set(code.userCode, code);
    return code;
  }

  /**
   * One poll (RFC 8628 §3.5). It is granted once: afterwards the device_code is `invalid_grant`, as is one that was
   * never issued or belongs to another unit.
   */
  redeem(deviceCode: string, clientId: string): { readonly code: PairingCode; readonly approval: Approval } {
    const code = [...this.#codes.values()].find((one) => one.deviceCode === deviceCode);
    if (!code || code.clientId !== clientId || code.granted) throw new AuthRefusal("invalid_grant");
    const now = this.#now();
    if (now >= code.expiresAt) throw new AuthRefusal("expired_token");
    const early = code.polledAt !== null && now - code.polledAt < code.interval * 1000 - POLL_TOLERANCE_MS;
    code.polledAt = now;
    if (
      code.decision === null &&
      this.autoApproval &&
      now - code.issuedAt >= this.autoApproval.after * 1000
    ) {
      code.decision = { project: this.autoApproval.project, expiresAt: null };
    }
    if (code.decision === "denied") throw new AuthRefusal("access_denied");
    if (code.decision === null) {
      if (early) code.interval += SLOW_DOWN_S;
      throw new AuthRefusal(early ? "slow_down" : "authorization_pending");
    }
    code.granted = true;
    return { code, approval: code.decision };
  }

  /** The person's decision. @throws AdminError where the code does not wait for one */
  decide(userCode: string, decision: Approval | "denied"): CodeView {
    const code = this.#codes.get(userCode);
    const state = code ? this.#state(code) : "unknown";
    if (!code || state !== "waiting") throw new AdminError(`The code ${userCode} is ${state}.`);
    code.decision = decision;
    return this.#view(code);
  }

  /** The code that someone typed or scanned; null where no such code is remembered. */
  find(userCode: string): CodeView | null {
    const code = this.#codes.get(userCode);
    return code ? this.#view(code) : null;
  }

  /** Every code that is remembered, oldest first. */
  list(): CodeView[] {
    return [...this.#codes.values()].map((code) => this.#view(code));
  }

  /** The device_codes that are remembered. */
  secrets(): string[] {
    return [...this.#codes.values()].map((code) => code.deviceCode);
  }

  #freshUserCode(): string {
    for (;;) {
      const userCode = String(randomInt(1_000_000)).padStart(6, "0");
      if (!this.#codes.has(userCode)) return userCode;
    }
  }

  #state(code: PairingCode): CodeState {
    if (code.granted) return "authorized";
    if (this.#now() >= code.expiresAt) return "expired";
    if (code.decision === null) return "waiting";
    return code.decision === "denied" ? "denied" : "authorized";
  }

  #view(code: PairingCode): CodeView {
    const { userCode, clientId, deviceName, decision } = code;
    return {
      userCode,
      clientId,
      deviceName,
      state: this.#state(code),
      project: decision === null || decision === "denied" ? null : decision.project.name,
      remaining: Math.max(0, code.expiresAt - this.#now()),
    };
  }
}
