/**
 * What a program takes on its command line. `--help`, the parser, the man pages and the shell completions are all
 * made from these tables. Texts are plain English; `literal` text stands in backquotes.
 */
export interface Option {
  /** Long name without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** Absent for a switch. */
  readonly value?: OptionValue;
  readonly doc: string;
}

export interface OptionValue {
  /** As it stands in the synopsis: "FILE". */
  readonly name: string;
  /** What a shell may offer. */
  readonly completion: "file" | "directory";
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs beyond the summary. */
  readonly doc: readonly string[];
  /** One word after the command, which may be left out; a shell offers the lines that the command prints without it. */
  readonly operand?: Operand;
  readonly options: readonly Option[];
}

export interface Operand {
  /** As it stands in the synopsis: "STATE". */
  readonly name: string;
}

export interface Program {
  readonly name: string;
  /** Section of the manual. */
  readonly section: 1 | 8;
  /** One line: what it is. */
  readonly summary: string;
  readonly description: readonly string[];
  readonly options: readonly Option[];
  /** Empty for a program that does one thing. */
  readonly commands: readonly Command[];
  readonly environment: readonly Entry[];
  readonly files: readonly Entry[];
  readonly exitStatus: readonly Entry[];
  readonly examples: readonly Entry[];
  /** "systemd.exec(5)" */
  readonly seeAlso: readonly string[];
}

/** A term and what it means. */
export interface Entry {
  readonly term: string;
  readonly doc: string;
}

export const HELP: Option = { name: "help", short: "h", doc: "Print this help." };
export const VERSION: Option = { name: "version", short: "V", doc: "Print the version." };
