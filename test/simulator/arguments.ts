import { readFileSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import type { BodyEncoding } from "./requests.ts";
import { DEFAULTS, type SimulatorOptions } from "./simulator.ts";

export const HELP = `Usage: npm run simulator -- [OPTION]...

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
  --body-encoding E       take the fields of the auth calls in this encoding alone: multipart, urlencoded
  --no-socket             refuse the websocket, as a server that does not have it
  --tls-cert F --tls-key F  speak https with this certificate (PEM)
  --help                  this text
`;

/** The command line was not understood; the message says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

function seconds(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0) || value === Infinity) {
    throw new UsageError(`--${option} takes seconds, not "${text}"`);
  }
  return value;
}

function bodyEncoding(text: string): BodyEncoding {
  if (text === "multipart" || text === "urlencoded") return text;
  throw new UsageError(`--body-encoding takes multipart or urlencoded, not "${text}"`);
}

function listenAddress(text: string): { host: string; port: number } {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (host === "" || Number(port) > 65_535) {
    throw new UsageError(`--listen takes HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000, not "${text}"`);
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** `--auto-approve` stands for `--auto-approve 0` where no number follows. */
function withDelay(args: readonly string[]): string[] {
  return args.flatMap((arg, index) =>
    arg === "--auto-approve" && (args[index + 1] ?? "--").startsWith("--") ? [arg, "0"] : [arg],
  );
}

/**
 * What the simulator is to be started with; null where help is wanted.
 *
 * @throws UsageError
 */
export function readArguments(args: readonly string[]): SimulatorOptions | null {
  const text = { type: "string" } as const;
  const { values } = parse({
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
      "body-encoding": text,
      "no-socket": { type: "boolean" },
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
  const encoding = values["body-encoding"];
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
    bodyEncoding: encoding === undefined ? undefined : bodyEncoding(encoding),
    socket: values["no-socket"] ? false : undefined,
    tls: cert !== undefined && key !== undefined ? { cert: readPem(cert), key: readPem(key) } : undefined,
  });
}

/** `parseArgs` with its complaints as ours. */
function parse<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Leaves out what is undefined, so that defaults hold. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}
