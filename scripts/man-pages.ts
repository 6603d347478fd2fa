/** The manual as man(7) source, made from the tables of options and of configuration keys. */
import { synopsis } from "../daemon/cli/help.ts";
import { type Command, type Entry, HELP, type Option, type Program, VERSION } from "../daemon/cli/program.ts";
import { ENVIRONMENT_PREFIX, type Key, SCHEMA } from "../daemon/setup/config.ts";

export interface Release {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly date: number;
}

/** c2cd(8), c2cctl(1). */
export function programPage(program: Program, release: Release): string {
  const { name, section, summary, description, options, commands } = program;
  return page([
    title(name, section, release),
    ".SH NAME",
    `${name} \\- ${roff(summary)}`,
    ".SH SYNOPSIS",
    ...synopsis(program, null).map((line, index) => (index === 0 ? "" : ".br\n") + synopsisLine(line)),
    ".SH DESCRIPTION",
    ...paragraphs(description),
    ".SH OPTIONS",
    ...[...options, HELP, VERSION].map(option),
    ...(commands.length > 0 ? [".SH COMMANDS", ...commands.map((each) => command(program, each))] : []),
    ...list("EXIT STATUS", program.exitStatus),
    ...list("ENVIRONMENT", program.environment),
    ...list("FILES", program.files),
    ...list("EXAMPLES", program.examples),
    ".SH SEE ALSO",
    references(program.seeAlso),
  ]);
}

/** c2cd.toml(5). */
export function configurationPage(release: Release): string {
  return page([
    title("c2cd.toml", 5, release),
    ".SH NAME",
    "c2cd.toml \\- configuration of c2cd, which pairs this device with Frame.io Camera to Cloud",
    ".SH SYNOPSIS",
    ".I /etc/c2cd/c2cd.toml",
    ".SH DESCRIPTION",
    ...paragraphs([
      "The file is TOML (toml.io). It may be missing: every key has a default, which is shown with it. A key that does not exist or a value that can't be is an error, told with file and line; c2cd does not start with it. `c2cd --check` reads the file and starts nothing.",
      `Each key can be overridden by an environment variable: \`${ENVIRONMENT_PREFIX}\`, the section and the key in capitals, with \`_\` between them. Lists are written with commas.`,
    ]),
    ...Object.entries(SCHEMA).flatMap(([name, keys]) => [
      `.SH [${name}]`,
      ...Object.entries(keys).map(([key, row]) => configurationKey(name, key, row as Key<unknown>)),
    ]),
    ...examples([
      "[frameio]",
      'client_version = "2.4.0"',
      "",
      "[identity]",
      'prefix = "ACME-R1-"',
      "",
      "[display]",
      'driver = "ssd1306"',
      'device = "/dev/i2c-1"',
    ]),
    ".SH SEE ALSO",
    references(["c2cd(8)", "c2cctl(1)"]),
  ]);
}

/** c2cd-provision(8), a shell script with a help of its own. */
export function provisionPage(release: Release): string {
  return page([
    title("c2cd-provision", 8, release),
    ".SH NAME",
    "c2cd\\-provision \\- give a device or an image its model's client_secret",
    ".SH SYNOPSIS",
    synopsisLine("c2cd-provision [--plain] [--root DIR [--factory]]"),
    ".SH DESCRIPTION",
    ...paragraphs([
      "c2cd-provision asks for the client_secret that Frame.io has issued for this model of device, or reads it from standard input where that is no terminal; never from its arguments, which every user of the machine can see. It stores the secret where systemd hands it to c2cd.service as a credential, and restarts the service.",
      "On the device itself the secret is sealed by systemd-creds(1): with the TPM2 where there is one, else with a key that root alone can read. The secret that was there before stays in force until the new one is whole on the disk.",
    ]),
    ...list("OPTIONS", PROVISION_OPTIONS),
    ...list("EXIT STATUS", [
      { term: "0", doc: "The secret is stored." },
      { term: "64", doc: "The arguments were not understood." },
      { term: "65", doc: "What was given can't be a secret; the one that was stored before is untouched." },
      { term: "66", doc: "The directory of `--root` holds no system." },
      { term: "71", doc: "It can't be sealed here; `--plain` stores it unsealed." },
      { term: "77", doc: "It was not run by root." },
    ]),
    ...list("FILES", [
      { term: "/etc/credstore.encrypted/c2cd.client_secret", doc: "The sealed secret." },
      {
        term: "/etc/systemd/system/c2cd.service.d/10-sealed.conf",
        doc: "Has systemd unseal it for c2cd.service.",
      },
      { term: "/etc/credstore/c2cd.client_secret", doc: "The secret as it is, mode 0600." },
      {
        term: "/etc/credstore/c2cd.client_secret.factory",
        doc: "Says that it came with an image, and is to be sealed.",
      },
    ]),
    ...examples([
      "c2cd-provision",
      "c2cd-provision <secret.txt",
      "c2cd-provision --factory --root image <secret.txt",
    ]),
    ".SH SEE ALSO",
    references(["c2cd(8)", "systemd-creds(1)", "machine-id(5)"]),
  ]);
}

const PROVISION_OPTIONS: readonly Entry[] = [
  { term: "--plain", doc: "Store it unsealed, readable by root alone." },
  {
    term: "--root DIR",
    doc: "Provision the system in DIR, such as an image that is being built. Implies `--plain`, since only the device itself can seal.",
  },
  {
    term: "--factory",
    doc: "With `--root`: also remove whatever makes one device different from another (the machine-id, c2cd's state, systemd's credential key and random seed), so that each copy of the image makes its own identity when it first boots. Without `--plain`, c2cd-seal.service then seals the secret for that device, and removes the copy that came with the image.",
  },
  { term: "--help", doc: "Print the usage and end." },
];

function title(name: string, section: number, { version, date }: Release): string {
  const day = new Date(date).toISOString().slice(0, 10);
  const manual = { 1: "User Commands", 5: "File Formats", 8: "System Administration" }[section];
  // Ragged and without hyphens, so that commands can be copied from the terminal.
  return `.TH ${roff(name.toUpperCase())} ${section} ${day} "c2cd ${version}" "${manual}"\n.nh\n.ad l`;
}

function configurationKey(
  section: string,
  name: string,
  { default: value, doc, values }: Key<unknown>,
): string {
  const choices =
    values === undefined
      ? []
      : [".br", `One of ${values.map((each) => `\\fB${roff(each)}\\fR`).join(", ")}.`];
  return [
    ".TP",
    `\\fB${roff(name)}\\fR = \\fI${roff(JSON.stringify(value))}\\fR`,
    roff(doc),
    ...choices,
    ".br",
    `Environment: ${roff(`${ENVIRONMENT_PREFIX}${section}_${name}`.toUpperCase())}`,
  ].join("\n");
}

function command(program: Program, { name, summary, doc, operand, options }: Command): string {
  const line = [
    `\\fB${program.name} ${name}\\fR`,
    ...(operand === undefined ? [] : [`[\\fI${operand.name}\\fR]`]),
    ...options.map((each) => `[${optionName(each)}]`),
  ].join(" ");
  return [`.SS ${name}`, line, ".P", ...paragraphs([summary, ...doc]), ...options.map(option)].join("\n");
}

function option(each: Option): string {
  const short = each.short === undefined ? "" : `\\fB\\-${each.short}\\fR, `;
  return [".TP", short + optionName(each), roff(each.doc)].join("\n");
}

function optionName(each: Option): string {
  const value = each.value === undefined ? "" : ` \\fI${each.value.name}\\fR`;
  return `\\fB\\-\\-${roff(each.name)}\\fR${value}`;
}

/** The program's name bold, words in capitals italic, options bold. */
function synopsisLine(line: string): string {
  return line
    .split(/(\s|[[\]|])/)
    .map((word, index) => {
      if (index === 0 || word.startsWith("--")) return `\\fB${roff(word)}\\fR`;
      return /^[A-Z]+$/.test(word) ? `\\fI${word}\\fR` : roff(word);
    })
    .join("");
}

function list(heading: string, entries: readonly Entry[]): string[] {
  return [
    `.SH ${heading}`,
    ...entries.map(({ term, doc }) =>
      [".TP", `\\fB${roff(term.replaceAll("`", ""))}\\fR`, roff(doc)].join("\n"),
    ),
  ];
}

/** Lines as they are typed. */
function examples(lines: readonly string[]): string[] {
  return [".SH EXAMPLES", ".EX", ...lines.map(roff), ".EE"];
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, index) => (index === 0 ? [roff(text)] : [".P", roff(text)]));
}

function references(names: readonly string[]): string {
  return names
    .map((name) =>
      name.replace(/^(.*)(\(\d\))$/, (_, page: string, section: string) => `\\fB${roff(page)}\\fR${section}`),
    )
    .join(",\n");
}

/** Plain text as roff: escapes, `literal` in bold, no line that begins like a request (groff_man(7)). */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/`([^`]*)`/g, "\\fB$1\\fR")
    .replace(/^([.'])/gm, "\\&$1");
}

function page(lines: readonly string[]): string {
  return `.\\" Made by scripts/build-man.ts from the tables in daemon/cli and daemon/setup/config.ts.\n${lines.join("\n")}\n`;
}
