/**
 * Named problems, each with a plain sentence and what to do. The codes are wire-stable; the English words here are
 * what the API, the journal and c2cctl print, the other languages live in `daemon/texts/`.
 */
export const PROBLEM_CODES = [
  "secret-missing",
  "secret-refused",
  "request-refused",
  "no-network",
  "no-dns",
  "captive-portal",
  "server-unreachable",
  "server-trouble",
  "tls-refused",
  "clock-wrong",
  "refresh-failing",
  "authorization-ended",
  "authorization-ran-out",
  "expiring-soon",
  "paused",
  "may-not-upload",
  "storage-failing",
  "storage-replaced",
  "storage-unreadable",
  "identity-changed",
  "display-missing",
  "qr-too-small",
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

export interface Problem {
  readonly code: ProblemCode;
  /** `error`: the device can't do its job until this is mended; `warning`: it will become one; `info`: worth knowing. */
  readonly severity: "error" | "warning" | "info";
  /** What is wrong, one plain sentence. */
  readonly text: string;
  /** What a person can do about it, one plain sentence. */
  readonly action: string;
  /** ISO 8601. */
  readonly since: string;
}
