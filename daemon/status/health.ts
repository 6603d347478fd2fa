/** Named problems. The codes are wire-stable; what people read of each is in `daemon/texts/`, in six languages. */
export const PROBLEM_CODES = [
  "secret-missing",
  "secret-refused",
  "request-refused",
  "no-network",
  "no-dns",
  "captive-portal",
  "proxy-refused",
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
  "storage-recovered",
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
  /** What is wrong, one plain sentence in English. */
  readonly text: string;
  /** What a person can do about it, in plain English. */
  readonly action: string;
  /** What the one who maintains the device should know besides; null where there is nothing. */
  readonly detail: string | null;
  /** ISO 8601. */
  readonly since: string;
}
