import { fstatSync } from "node:fs";
import pino from "pino";
import { escaped, printableLines } from "./text.ts";

export type Logger = pino.Logger<"notice">;

export type LogFormat = "journal" | "json" | "pretty";

/** sd-daemon(3): a line that begins with `<N>` is stored by journald with that priority. */
const PRIORITY: Readonly<Record<string, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  notice: 5,
  info: 6,
  debug: 7,
  trace: 7,
};

/** A second net under `Secret`: whatever is logged under one of these names is masked. */
const SECRET_NAMES = [
  "client_secret",
  "device_code",
  "access_token",
  "refresh_token",
  "accessToken",
  "refreshToken",
];

/** Between pino's info and warn: what people are glad to hear. */
const NOTICE = 35;

/**
 * Whether a file descriptor leads to the journal. systemd.exec(5): JOURNAL_STREAM holds device and inode of the
 * stream; a program that was started from a service inherits the variable, and may have another output.
 */
export function isJournal(
  environment: Readonly<Record<string, string | undefined>>,
  descriptor: number,
): boolean {
  const { JOURNAL_STREAM } = environment;
  if (JOURNAL_STREAM === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    // Closed: it leads nowhere.
    return false;
  }
}

/** Each line with the priority of an error, where the journal is to know. */
export function asErrors(text: string, journal: boolean): string {
  return journal ? text.replace(/^(?=.)/gm, `<${PRIORITY.error}>`) : text;
}

/** What `log.format = "auto"` means here. */
export function chooseFormat(wanted: "auto" | LogFormat, journal: boolean, isTerminal: boolean): LogFormat {
  if (wanted !== "auto") return wanted;
  if (journal) return "journal";
  return isTerminal ? "pretty" : "json";
}

/**
 * @param write takes whole lines, newline included
 */
export function createLogger(level: string, format: LogFormat, write: (line: string) => void): Logger {
  const render = RENDERERS[format];
  return pino(
    {
      level,
      base: null,
      customLevels: { notice: NOTICE },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: "[secret]" },
    },
    { write: (line: string) => write(render(line)) },
  );
}

interface Entry {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
  readonly [key: string]: unknown;
}

const RENDERERS: Readonly<Record<LogFormat, (line: string) => string>> = {
  json: escaped,
  journal(line) {
    const entry = JSON.parse(line) as Entry;
    const priority = `<${PRIORITY[entry.level] ?? 6}>`;
    return `${plain(entry)
      .split("\n")
      .map((row) => priority + row)
      .join("\n")}\n`;
  },
  pretty(line) {
    const entry = JSON.parse(line) as Entry;
    return `${entry.time.slice(11, 19)} ${entry.level.padEnd(5)} ${plain(entry)}\n`;
  },
};

/** The message, then what came with it as key=value, then the stack of an error. */
function plain(entry: Entry): string {
  const { level: _level, time: _time, msg = "", err, ...rest } = entry;
  const pairs = Object.entries(rest).map(([key, value]) => `${key}=${printable(value)}`);
  const stack = err === undefined ? [] : [`\n${err.stack ?? err.message ?? "unknown error"}`];
  return printableLines([msg, ...pairs, ...stack].join(" ").trim());
}

function printable(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /[\s"]/.test(text) ? JSON.stringify(text) : text;
}
