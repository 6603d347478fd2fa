import { parseArgs } from "node:util";
import { closest, distance } from "fastest-levenshtein";
import { type Command, HELP, type Option, type Program, VERSION } from "./program.ts";

/** A command line that the program does not take; `message` names the nearest that it does. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The options that were given, by long name, and the operand. */
export class Arguments {
  readonly #values: ReadonlyMap<string, string>;
  /** The word after the command; null where none was given. */
  readonly operand: string | null;

  constructor(values: ReadonlyMap<string, string>, operand: string | null) {
    this.#values = values;
    this.operand = operand;
  }

  /** Whether a switch was given. */
  has(option: Option): boolean {
    return this.#values.has(option.name);
  }

  /** The value of an option; null where it was not given. */
  value(option: Option): string | null {
    return this.#values.get(option.name) ?? null;
  }
}

export type CommandLine =
  | { readonly type: "help"; readonly command: Command | null }
  | { readonly type: "version" }
  /** `command` is null for a program without commands. */
  | { readonly type: "run"; readonly command: Command | null; readonly arguments: Arguments };

/**
 * Reads a command line. Options may stand before and after the command; the last of two wins.
 *
 * @param argv without the interpreter and the script
 * @throws {UsageError}
 */
export function parseCommandLine(program: Program, argv: readonly string[]): CommandLine {
  const general = [...program.options, HELP, VERSION];
  const { tokens } = parseArgs({
    args: [...argv],
    options: asParseArgsConfig([...general, ...program.commands.flatMap(({ options }) => options)]),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const words = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  const given = tokens.filter((token) => token.kind === "option");
  const asked = (option: Option) => given.some(({ name }) => name === option.name);

  const word = program.commands.length > 0 ? words.shift() : undefined;
  const find = (wanted: string | undefined) => program.commands.find(({ name }) => name === wanted) ?? null;
  const asksForHelp = word === "help" && find(word) === null;
  const named = asksForHelp ? words.shift() : word;
  const command = find(named);
  if (named !== undefined && command === null)
    throw unknown(program, "command", named, names(program.commands));
  if (asksForHelp || asked(HELP)) return { type: "help", command };
  if (asked(VERSION)) return { type: "version" };

  const allowed = [...general, ...(command?.options ?? [])];
  const values = new Map<string, string>();
  for (const { name, rawName, value, inlineValue } of given) {
    const option = allowed.find((candidate) => candidate.name === name);
    if (option === undefined)
      throw unknown(
        program,
        "option",
        rawName,
        allowed.map((candidate) => `--${candidate.name}`),
      );
    if (option.value === undefined && value !== undefined) throw new UsageError(`${rawName} takes no value`);
    if (option.value !== undefined && (value === undefined || (!inlineValue && /^-./.test(value))))
      throw new UsageError(`${rawName} needs a value: --${name} ${option.value.name}`);
    values.set(name, value ?? "");
  }
  const operand = command?.operand === undefined ? undefined : words.shift();
  if (words[0] !== undefined)
    throw new UsageError(`there is nothing to do with "${words[0]}"; see ${program.name} --help`);
  if (program.commands.length > 0 && command === null)
    throw new UsageError(
      `which command? One of ${names(program.commands).join(", ")}; see ${program.name} help`,
    );
  return { type: "run", command, arguments: new Arguments(values, operand ?? null) };
}

function asParseArgsConfig(options: readonly Option[]) {
  return Object.fromEntries(
    options.map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
}

function names(commands: readonly Command[]): string[] {
  return commands.map(({ name }) => name);
}

function unknown({ name }: Program, what: string, word: string, known: readonly string[]): UsageError {
  return new UsageError(`there is no ${what} ${word}; ${nearestOf(word, known) ?? `see ${name} --help`}`);
}

/** "did you mean status?", or null where nothing that is known is near. */
export function nearestOf(word: string, known: readonly string[]): string | null {
  const nearest = closest(word, [...known]);
  // Two letters make another word of a short one.
  const near = Math.min(2, word.replace(/^-+/, "").length / 2);
  return distance(word, nearest) <= near ? `did you mean ${nearest}?` : null;
}
