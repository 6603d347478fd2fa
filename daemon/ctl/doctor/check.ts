import type { SnapshotView } from "../snapshot.ts";

export type Level = "ok" | "warn" | "fail";

/** One line of the doctor's report. */
export interface Check {
  /** Which part of the chain. */
  readonly name: string;
  readonly level: Level;
  /** What is so, one sentence without its full stop. */
  readonly text: string;
  /** What to do; null where nothing is to be done. */
  readonly action: string | null;
}

export function ok(name: string, text: string): Check {
  return { name, level: "ok", text, action: null };
}

export function warn(name: string, text: string, action: string): Check {
  return { name, level: "warn", text, action };
}

export function fail(name: string, text: string, action: string): Check {
  return { name, level: "fail", text, action };
}

/** The same, of one of our errors: one sentence, a semicolon, what to do. */
export function failed(name: string, { message }: Error, fallback: string): Check {
  const cut = message.indexOf("; ");
  return cut < 0 ? fail(name, message, fallback) : fail(name, message.slice(0, cut), message.slice(cut + 2));
}

/** Which part of the chain each of the daemon's own problems belongs to. */
const PART_OF: Readonly<Record<string, string>> = {
  "secret-missing": "secret",
  "secret-refused": "secret",
  "no-network": "interface",
  "no-dns": "dns",
  "captive-portal": "portal",
  "proxy-refused": "proxy",
  "server-unreachable": "api",
  "server-trouble": "api",
  "tls-refused": "tls",
  "clock-wrong": "clock",
  "storage-failing": "storage",
  "storage-replaced": "storage",
  "storage-recovered": "storage",
  "storage-unreadable": "storage",
  "identity-changed": "identity",
  "display-missing": "display",
  "qr-too-small": "display",
};

const LEVEL_OF: Readonly<Record<string, Level>> = { error: "fail", warning: "warn", info: "ok" };

/** What the running daemon has found wrong itself; problems of the authorization, and unknown ones, under that name. */
export function reported(snapshot: SnapshotView): Check[] {
  return snapshot.health.map(({ code, severity, text, action, detail }) => ({
    name: PART_OF[code] ?? "authorization",
    level: LEVEL_OF[severity] ?? "warn",
    text: [text, detail]
      .map((part) => part.replace(/\.$/, ""))
      .filter((part) => part !== "")
      .join(": "),
    action: action === "" ? null : action.replace(/\.$/, ""),
  }));
}
