import { readFileSync } from "node:fs";
import { closest, distance } from "fastest-levenshtein";
import { getStaticTOMLValue, ParseError, parseTOML } from "toml-eslint-parser";
import type { TOMLKeyValue } from "toml-eslint-parser/lib/ast/ast.js";
import { isLoopback, parseListen } from "../core/address.ts";
import { ConfigurationError } from "../core/configuration-error.ts";

/**
 * One row of the configuration: its default, what it means, and the only way a raw value becomes a typed one. The
 * parser, the environment, `c2cd --check` and c2cd.toml(5) are all made from these rows.
 */
export interface Key<T> {
  readonly default: T;
  /** One sentence or two, for c2cd.toml(5). */
  readonly doc: string;
  /** The values to choose from, where there is such a list. */
  readonly values?: readonly string[];
  /** @throws {BadValue} saying what is allowed */
  parse(raw: unknown): T;
}

class BadValue extends Error {
  override readonly name = "BadValue";
}

function text(fallback: string, doc: string, check?: (value: string) => void): Key<string> {
  return {
    default: fallback,
    doc,
    parse(raw) {
      if (typeof raw !== "string") throw new BadValue("must be text in quotes");
      check?.(raw);
      return raw;
    },
  };
}

function choice<const V extends string>(values: readonly V[], fallback: V, doc: string): Key<V> {
  return {
    default: fallback,
    doc,
    values,
    parse(raw) {
      const found = values.find((value) => value === raw);
      if (found !== undefined) return found;
      throw new BadValue(
        `must be one of ${values.map((value) => `"${value}"`).join(", ")}${hint(raw, values)}`,
      );
    },
  };
}

function boolean(fallback: boolean, doc: string): Key<boolean> {
  return {
    default: fallback,
    doc,
    values: ["true", "false"],
    parse(raw) {
      if (raw === true || raw === "true") return true;
      if (raw === false || raw === "false") return false;
      throw new BadValue("must be true or false");
    },
  };
}

function integer(fallback: number, least: number, most: number, doc: string): Key<number> {
  return {
    default: fallback,
    doc,
    parse(raw) {
      const value = typeof raw === "string" && /^(-?\d+|0x[0-9a-f]+)$/i.test(raw) ? Number(raw) : raw;
      if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most)
        return value;
      throw new BadValue(`must be a whole number from ${least} to ${most}`);
    },
  };
}

function oneOf<const V extends number>(values: readonly V[], fallback: V, doc: string): Key<V> {
  return {
    default: fallback,
    doc,
    values: values.map(String),
    parse(raw) {
      const found = values.find((value) => value === raw || String(value) === raw);
      if (found !== undefined) return found;
      throw new BadValue(`must be one of ${values.join(", ")}`);
    },
  };
}

/** @param least names that it must have */
function hostList(fallback: readonly string[], least: number, doc: string): Key<readonly string[]> {
  return {
    default: fallback,
    doc,
    parse(raw) {
      const list = typeof raw === "string" ? raw.split(",").map((item) => item.trim()) : raw;
      if (!Array.isArray(list) || list.length < least || !list.every((item) => isHostName(item)))
        throw new BadValue('must be a list of host names, for example ["frame.io"]');
      return list;
    },
  };
}

function isHostName(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length <= 253 &&
    /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/i.test(value) &&
    !value.includes("..")
  );
}

function checkBaseUrl(value: string): void {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null) throw new BadValue('must be a URL such as "https://api.frame.io"');
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw new BadValue("must hold no user name, query or fragment");
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return;
  throw new BadValue("must begin with https:// (http is accepted for loopback addresses alone)");
}

/** semver.org, "Is there a suggested regular expression", without build metadata's capture. */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

function checkSemver(value: string): void {
  if (!SEMVER.test(value)) throw new BadValue('must be a semantic version such as "1.0.0" (semver.org)');
}

function checkPrintable(value: string): void {
  if (!/^[!-~]{0,64}$/.test(value))
    throw new BadValue("must be printable ASCII without spaces, 64 characters at most");
}

function checkScope(value: string): void {
  if (!/^[!#-[\]-~]+( [!#-[\]-~]+)*$/.test(value))
    throw new BadValue('must be words with one space between, e.g. "asset_create offline"');
}

function checkListen(value: string): void {
  if (value !== "" && parseListen(value) === null)
    throw new BadValue('must be ADDRESS:PORT, e.g. "127.0.0.1:8620" or "[::1]:8620", or "" for no page');
}

/** Which keys there are is known when the device is: see `buttonDevice`. A GPIO line's name has 31 characters at most. */
function checkKeyName(value: string): void {
  if (!/^[ -~]{1,31}$/.test(value))
    throw new BadValue(
      'must be a name of input-event-codes.h such as "KEY_ENTER", or the name or number of a GPIO line',
    );
}

export const SCHEMA = {
  frameio: {
    base_url: text(
      "https://api.frame.io",
      "Where the C2C API is. http is accepted for loopback addresses alone.",
      checkBaseUrl,
    ),
    client_version: text(
      "1.0.0",
      "The device's firmware version, sent as x-client-version. Frame.io chooses the device model by it, so it must be true.",
      checkSemver,
    ),
    scope: text(
      "asset_create offline",
      "What the device asks for. Without `offline` nothing can be refreshed.",
      checkScope,
    ),
    url_pairing: boolean(
      true,
      "Ask for a pairing URL beside the digits (x-client-platypus-enabled), for the QR code.",
    ),
    body_encoding: choice(
      ["auto", "multipart", "urlencoded"],
      "auto",
      "How request bodies are encoded. The API documents multipart; `auto` asks for a code in the other encoding where that one is refused as malformed, and keeps what brought a code.",
    ),
    client_secret_file: text(
      "",
      "File with the model's client_secret, where systemd hands over no credential of that name. It must not be readable by group or others.",
    ),
    ca_file: text("", "One more root certificate to trust, PEM, beside the system's."),
    verification_hosts: hostList(
      ["frame.io"],
      1,
      "A QR code is shown only for https URLs on these domains or below them. With a base_url on loopback, its host counts too.",
    ),
  },
  identity: {
    source: choice(
      ["auto", "board-serial", "machine-id", "fixed"],
      "auto",
      "Where the client_id comes from. `auto` takes the board's serial number, else the machine-id, else makes one up and keeps it.",
    ),
    fixed: text("", 'The client_id itself, with source = "fixed".', checkPrintable),
    prefix: text("", 'Put before the id, e.g. "ACME-R1-".', checkPrintable),
  },
  pairing: {
    start: choice(
      ["auto", "manual"],
      "auto",
      "`auto` shows a code whenever the device is unpaired; `manual` waits for a button, c2cctl or the page.",
    ),
    window: integer(0, 0, 86_400, "Seconds after which an unanswered offer of codes rests; 0 never."),
  },
  display: {
    driver: choice(
      [
        "auto",
        "framebuffer",
        "drm",
        "ssd1306",
        "sh1106",
        "st7789",
        "ili9341",
        "png",
        "terminal",
        "led",
        "none",
      ],
      "auto",
      "What the screen is. `auto` takes what is there.",
    ),
    device: text(
      "",
      'Device node, e.g. "/dev/fb1", "/dev/i2c-1", "/dev/spidev0.0", "/dev/ttyS0", or the path of the PNG. A framebuffer can also be given by its name in sysfs, e.g. "fb_ili9341", and a graphics card by its connector, e.g. "HDMI-A-1": these do not move when devices are renumbered. An LED is given by its name in /sys/class/leds.',
    ),
    width: integer(
      0,
      0,
      16_384,
      "Pixels across, before rotation. 0 takes what the kernel says or what is usual for the panel. With the framebuffer driver it chooses the device of that size, or else is the part of a larger one that is seen; with drm, the mode.",
    ),
    height: integer(0, 0, 16_384, "Pixels down, before rotation; see `width`."),
    rotate: oneOf([0, 90, 180, 270], 0, "Degrees clockwise that the picture is turned."),
    pixel_format: choice(
      ["auto", "XRGB8888", "XBGR8888", "RGB565", "BGR565", "RGB888", "BGR888", "GRAY8", "MONO01", "MONO10"],
      "auto",
      "The pixel format where the default shows wrong colours.",
    ),
    invert: boolean(false, "Show the negative, for panels whose colours come out inverted."),
    brightness: integer(
      100,
      1,
      100,
      "Percent of full light: the backlight, the contrast of an OLED, or an LED.",
    ),
    bus_address: integer(0x3c, 0x03, 0x77, "I2C address of an OLED: 0x3C, or 0x3D where its jumper says so."),
    bus_speed: integer(
      0,
      0,
      125_000_000,
      "SPI clock in Hz; 0 takes the most that the controller's datasheet allows. Lower it where long wires spoil the picture.",
    ),
    gpio_chip: text("gpiochip0", "GPIO chip with the lines below, as gpiodetect(1) lists it."),
    gpio_dc: integer(25, 0, 1023, "GPIO line of an SPI panel's data/command input (D/C, RS)."),
    gpio_reset: integer(
      -1,
      -1,
      1023,
      "GPIO line of the panel's reset input; -1 where it is not wired to one.",
    ),
    language: choice(
      ["en", "de", "es", "fr", "it", "ja", "ko", "pt", "zh"],
      "en",
      "Language of the screen, and of the status page for readers who ask for none of these.",
    ),
    paired_for: integer(
      30,
      0,
      86_400,
      "Seconds that the paired screen stays before the display is given back; 0 keeps it.",
    ),
  },
  buttons: {
    device: text(
      "",
      'Device of a button: an evdev node, e.g. "/dev/input/event0", or a GPIO chip, e.g. "/dev/gpiochip0". A short press takes a new code, or shows the screen of a paired device again; holding it for 5 s unpairs.',
    ),
    key: text(
      "KEY_ENTER",
      'Which key of that device, by its name in input-event-codes.h; of a GPIO chip which line, by its name or number as gpioinfo(1) lists them, e.g. "GPIO17" or "17". The button connects it to ground.',
      checkKeyName,
    ),
  },
  http: {
    listen: text(
      "127.0.0.1:8620",
      'Address of the status page. "" switches it off; "0.0.0.0:8620" puts it on the network, where it asks other devices for a PIN, which `c2cctl status` tells, or for a press of the button, before it shows a code or changes anything.',
      checkListen,
    ),
    hosts: hostList(
      [],
      0,
      'More names by which the page is reached, e.g. ["camera.lan"]. Without them it answers to its addresses, "localhost", the host name as it is now, and that with ".local"; other names are refused, since a foreign site could have them resolve to this device (DNS rebinding).',
    ),
    allow_actions: boolean(false, "Offer pair, cancel and unpair on the status page."),
  },
  presence: {
    mode: choice(
      ["auto", "socket", "heartbeat", "off"],
      "auto",
      "How Frame.io learns that the device is online. `auto` stays on the status socket, by which Frame.io also tells of a pause at once, and sends heartbeats for as long as the server does not take that.",
    ),
    interval: integer(120, 60, 300, "Seconds between heartbeats."),
  },
  log: {
    level: choice(
      ["fatal", "error", "warn", "info", "debug", "trace"],
      "info",
      "The least severe lines that are written.",
    ),
    format: choice(
      ["auto", "journal", "json", "pretty"],
      "auto",
      "`auto` is journal under systemd, pretty on a terminal, json elsewhere.",
    ),
  },
} as const;

type Schema = typeof SCHEMA;
type ValueOf<K> = K extends Key<infer T> ? T : never;

/** The configuration: sections and keys as in c2cd.toml(5). */
export type Config = {
  readonly [S in keyof Schema]: { readonly [K in keyof Schema[S]]: ValueOf<Schema[S][K]> };
};

export interface ConfigProblem {
  /** "/etc/c2cd/c2cd.toml:12" or the environment variable's name. */
  readonly where: string;
  readonly message: string;
}

/** Everything that is wrong with the configuration, all at once. */
export class ConfigError extends ConfigurationError {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ where, message }) => `${where}: ${message}`).join("\n"));
    this.problems = problems;
  }
}

export const ENVIRONMENT_PREFIX = "C2CD_";
/**
 * Variables that are no keys: c2cctl's, which may be set for a whole login, and those that Kubernetes and Docker make up
 * in a container beside a service that is called c2cd (kubernetes.io, "Accessing the Service"; docs.docker.com, "Legacy
 * container links"). A port that is a bare number is no such link, but a key that somebody has looked for here.
 */
function isForeign(variable: string, value: string): boolean {
  return (
    variable === "C2CD_SOCKET" ||
    (/_PORT(_\d+_[A-Z]+)?$/.test(variable) && /^(tcp|udp|sctp):\/\//.test(value)) ||
    /_PORT_\d+_[A-Z]+_(ADDR|PORT|PROTO)$/.test(variable) ||
    /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(variable) ||
    /^C2CD_(NAME|ENV_\w+)$/.test(variable)
  );
}

type Rows = Readonly<Record<string, Readonly<Record<string, Key<unknown>>>>>;
const rows: Rows = SCHEMA;

/**
 * Reads the file, then the environment over it. A missing file is an empty one: every key has a default.
 *
 * @param file path of c2cd.toml
 * @param environment `process.env`
 * @throws {ConfigError}
 */
export function loadConfig(file: string, environment: Readonly<Record<string, string | undefined>>): Config {
  return parseConfig(readOptional(file), file, environment);
}

/** `loadConfig` without the disk. */
export function parseConfig(
  source: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const problems: ConfigProblem[] = [];
  const values = Object.fromEntries(
    Object.entries(rows).map(([section, keys]) => [
      section,
      Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.default])),
    ]),
  );

  /** @param blank whether what is empty says nothing, where that is no value */
  function set(where: string, section: string, name: string, raw: unknown, blank: boolean): void {
    const key = Object.hasOwn(rows, section) ? rows[section]?.[name] : undefined;
    if (key === undefined || !Object.hasOwn(rows[section] ?? {}, name)) {
      problems.push({ where, message: unknownKey(section, name) });
      return;
    }
    try {
      (values[section] as Record<string, unknown>)[name] = key.parse(raw);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      if (!(blank && raw === "")) problems.push({ where, message: `${section}.${name} ${error.message}` });
    }
  }

  for (const entry of readToml(source, file, problems))
    set(`${file}:${entry.line}`, entry.section, entry.name, entry.value, false);
  for (const [variable, raw] of Object.entries(environment)) {
    if (raw === undefined || !variable.startsWith(ENVIRONMENT_PREFIX)) continue;
    if (isForeign(variable, raw)) continue;
    const [section = "", ...rest] = variable.slice(ENVIRONMENT_PREFIX.length).toLowerCase().split("_");
    set(variable, section, rest.join("_"), raw, true);
  }

  const config = values as unknown as Config;
  if (problems.length === 0 && config.identity.source === "fixed" && config.identity.fixed === "")
    problems.push({ where: file, message: 'identity.fixed must be given with identity.source = "fixed"' });
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

interface TomlEntry {
  readonly section: string;
  readonly name: string;
  readonly value: unknown;
  readonly line: number;
}

function readToml(source: string, file: string, problems: ConfigProblem[]): TomlEntry[] {
  if (source.includes("\0")) {
    problems.push({
      where: file,
      message: "holds NUL characters: it is damaged, or UTF-16; save it as UTF-8",
    });
    return [];
  }
  try {
    const entries: TomlEntry[] = [];
    // Editors of Windows begin a file with a byte order mark.
    for (const node of parseTOML(source.replace(/^\uFEFF/, "")).body[0].body) {
      if (node.type === "TOMLKeyValue") entries.push(...flatten([], node));
      else for (const pair of node.body) entries.push(...flatten(node.resolvedKey.map(String), pair));
    }
    return entries;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    problems.push({ where: `${file}:${error.lineNumber}`, message: notToml(error, source) });
    return [];
  }
}

/** What is given twice is most often a section that the file as installed has already. */
function notToml({ message, lineNumber }: ParseError, source: string): string {
  if (!message.startsWith("Defining a key multiple times")) return `not TOML: ${message}`;
  const line = source.split("\n")[lineNumber - 1] ?? "";
  const section = /^\s*(\[.*?\])/.exec(line)?.[1];
  return section === undefined
    ? "this key is given a second time; keep one of them"
    : `the section ${section} is given a second time; put its keys beneath the first one`;
}

/** `[a] b = 1`, `a.b = 1` and `a = { b = 1 }` all say the same. */
function flatten(path: readonly string[], pair: TOMLKeyValue): TomlEntry[] {
  const key = pair.key.keys.map((part) => (part.type === "TOMLBare" ? part.name : part.value));
  const full = [...path, ...key];
  if (pair.value.type === "TOMLInlineTable" && full.length === 1)
    return pair.value.body.flatMap((inner) => flatten(full, inner));
  const [section = "", ...rest] = full;
  return [
    { section, name: rest.join("."), value: getStaticTOMLValue(pair.value), line: pair.loc.start.line },
  ];
}

function unknownKey(section: string, name: string): string {
  const all = Object.entries(rows).flatMap(([s, keys]) => Object.keys(keys).map((k) => `${s}.${k}`));
  const given = name === "" ? section : `${section}.${name}`;
  return `unknown key ${given}; did you mean ${closest(given, all)}?`;
}

function hint(raw: unknown, values: readonly string[]): string {
  if (typeof raw !== "string" || raw === "") return "";
  const nearest = closest(raw.toLowerCase(), [...values]);
  // With every letter another, it is another word: "nl" does not mean "en".
  const most = Math.min(3, nearest.length - 1);
  return distance(raw.toLowerCase(), nearest) <= most ? `; did you mean "${nearest}"?` : "";
}

function readOptional(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new ConfigError([{ where: file, message: `can't be read: ${(error as Error).message}` }]);
  }
}
