import { type Command, type Entry, HELP, type Option, type Program, VERSION } from "./program.ts";

const WIDTH = 80;
/** Column at which explanations begin. */
const INDENT = 22;

/** The text of `--help`: of the program, or of one of its commands. */
export function helpText(program: Program, command: Command | null): string {
  const options = command === null ? [...program.options, HELP, VERSION] : [...command.options, HELP];
  return `${[
    [`Usage: ${synopsis(program, command).map(plain).join("\n       ")}`],
    [command === null ? `${capitalised(plain(program.summary))}.` : plain(command.summary)],
    ...(command === null ? program.description : command.doc).map((paragraph) => [wrap(plain(paragraph), 0)]),
    section(
      "Commands:",
      command === null ? program.commands.map(({ name, summary }) => ({ term: name, doc: summary })) : [],
    ),
    section("Options:", options.map(asEntry)),
    command === null ? section("Exit status:", program.exitStatus) : [],
    [
      command === null
        ? `The manual: man ${program.section} ${program.name}`
        : `Options of every command: ${program.name} --help`,
    ],
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** The lines of the synopsis, without marks for bold and italic. */
export function synopsis(program: Program, command: Command | null): string[] {
  const options = (list: readonly Option[]) => list.map((option) => `[${usage(option)}]`);
  if (command !== null) {
    const operand = command.operand === undefined ? [] : [`[${command.operand.name}]`];
    return [[program.name, command.name, ...operand, ...options(command.options)].join(" ")];
  }
  const own = [program.name, ...options(program.options)];
  return program.commands.length === 0
    ? [[...own, "[--version]", "[--help]"].join(" ")]
    : [[...own, "COMMAND [OPTION]..."].join(" "), `${program.name} --help | --version`];
}

/** "--socket PATH" */
export function usage({ name, value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value.name}`;
}

function asEntry(option: Option): Entry {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  return { term: short + usage(option), doc: option.doc };
}

function section(title: string, entries: readonly Entry[]): string[] {
  return entries.length === 0 ? [] : [title, ...entries.map(row)];
}

function row({ term, doc }: Entry): string {
  const head = `  ${plain(term)}`;
  const body = wrap(plain(doc), INDENT);
  return head.length + 2 <= INDENT ? head.padEnd(INDENT) + body.trimStart() : `${head}\n${body}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(" ".repeat(indent) + word);
  }
  return lines.join("\n");
}
