import type { Arguments } from "../cli/parse.ts";
import type { Clock } from "../core/clock.ts";
import type { Client } from "./client.ts";
import type { Style } from "./text.ts";

/** Standard output, and what it is connected to. */
export interface Output {
  write(text: string | Uint8Array): void;
  /** Whether a person reads along, and lines may be written over. */
  readonly terminal: boolean;
  readonly colour: boolean;
  /** Whether it takes more than ASCII. */
  readonly utf8: boolean;
  readonly style: Style;
  /** Cells now; 80 x 24 where nobody knows. */
  readonly columns: number;
  readonly rows: number;
  /** Calls `look` whenever the terminal has another size, until the function that it returns is called. */
  onResize(look: () => void): () => void;
}

/** What a command may use. */
export interface Context {
  readonly arguments: Arguments;
  readonly client: Client;
  readonly clock: Clock;
  readonly out: Output;
  /** For people, while standard output is for programs. */
  note(text: string): void;
  /** One line from the person at the terminal; null where there is none to ask. */
  ask(question: string): Promise<string | null>;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Prefix of the system's paths; "" for the running system. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of this c2cctl. */
  readonly version: string;
}
