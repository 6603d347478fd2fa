import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { DEFAULTS, type SimulatorOptions, startSimulator } from "./simulator.ts";

const HELP = `Usage: npm run simulator -- [OPTION]...

A local stand-in for Frame.io Camera to Cloud. Prints one line of JSON when it listens
({"url": …, "pairing_page": …, "admin": …}); logs every request of a device to stderr.

  --listen HOST:PORT      where to listen (127.0.0.1:0, a free port)
  --public-url URL        base of the pairing page's addresses, as a phone reaches it
  --project NAME          a project to choose; may be repeated
  --model NAME            prefix of device names (${DEFAULTS.model})
  --secret S              the client_secret to accept (${DEFAULTS.secret})
  --code-life S           seconds that a pairing code lives (${DEFAULTS.codeLife})
  --interval S            seconds between polls (${DEFAULTS.interval})
  --access-life S         seconds that an access token lives (${DEFAULTS.accessLife})
  --refresh-life S        seconds that a refresh token lives (${DEFAULTS.refreshLife})
  --auto-approve [S]      authorize every code by itself, S seconds after its request (0)
  --tls-cert F --tls-key F  speak https with this certificate (PEM)
  --help                  this text
`;

class UsageError extends Error {
  override readonly name = "UsageError";
}

function seconds(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0) || value === Infinity) {
    throw new UsageError(`--${option} takes seconds, not "${text}"`);
  }
  return value;
}

function listenAddress(text: string): { host: string; port: number } {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (host === "" || Number(port) > 65_535) {
    throw new UsageError(`--listen takes HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000, not "${text}"`);
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

/** `--auto-approve` stands for `--auto-approve 0` where no number follows. */
function withDelay(args: readonly string[]): string[] {
  return args.flatMap((arg, index) =>
    arg === "--auto-approve" && (args[index + 1] ?? "--").startsWith("--") ? [arg, "0"] : [arg],
  );
}

/** @throws UsageError for what is not understood; null where help is wanted */
function readArguments(args: string[]): SimulatorOptions | null {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: withDelay(args),
    options: {
      listen: text,
      "public-url": text,
      project: { type: "string", multiple: true },
      model: text,
      secret: text,
      "code-life": text,
      interval: text,
      "access-life": text,
      "refresh-life": text,
      "auto-approve": text,
      "tls-cert": text,
      "tls-key": text,
      help: { type: "boolean" },
    },
  });
  if (values.help) return null;
  const cert = values["tls-cert"];
  const key = values["tls-key"];
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError("--tls-cert and --tls-key go together");
  const publicUrl = values["public-url"];
  if (publicUrl !== undefined && !URL.canParse(publicUrl))
    throw new UsageError("--public-url takes an address");
  const life = (option: "code-life" | "interval" | "access-life" | "refresh-life" | "auto-approve") => {
    const value = values[option];
    return value === undefined ? undefined : seconds(option, value);
  };
  return defined({
    ...listenAddress(values.listen ?? "127.0.0.1:0"),
    publicUrl: publicUrl?.replace(/\/$/, ""),
    projects: values.project,
    model: values.model,
    secret: values.secret,
    codeLife: life("code-life"),
    interval: life("interval"),
    accessLife: life("access-life"),
    refreshLife: life("refresh-life"),
    autoApproveAfter: life("auto-approve"),
    tls:
      cert !== undefined && key !== undefined
        ? { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") }
        : undefined,
    log: (line: string) => process.stderr.write(`${line}\n`),
  });
}

/** Leaves out what is undefined, so that defaults hold. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}

function fail(message: string, status: number): never {
  process.stderr.write(`simulator: ${message}\n`);
  process.exit(status);
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === null) process.stdout.write(HELP);
  else {
    const simulator = await startSimulator(options);
    const { url } = simulator;
    const base = options.publicUrl ?? url;
    const ready = { url, pairing_page: `${base}/pair`, admin: `${url}/_admin` };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void simulator.close());
  }
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof UsageError || code?.startsWith("ERR_PARSE_ARGS")) fail(`${message}. Try --help.`, 64);
  fail(message, 69);
}
