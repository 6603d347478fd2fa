import { constants, openSync } from "node:fs";
import { type FileHandle, open as openFile } from "node:fs/promises";
import { isatty, WriteStream } from "node:tty";
import { type Clock, wait } from "../../../daemon/core/clock.ts";
import { ascii } from "../../../daemon/core/terminal.ts";
import { printable } from "../../../daemon/core/text.ts";
import { Turns } from "../../../daemon/core/turns.ts";
import { DisplayChanged, DisplayError, deviceError } from "../../linux/errors.ts";
import { underRoot } from "../../linux/paths.ts";
import type { CellCapabilities, CellDisplay, CellPicture } from "../contract/display.ts";
import type { DisplayOptions, Host, Opened, TextStream } from "../contract/options.ts";

/** What pictures are drawn for where the terminal does not tell its size, as serial lines never do. */
const USUAL = { columns: 80, rows: 24 };

/** Rows of standard output that stay free below the picture for log lines. */
const LOG_ROWS = 3;

/** A line that has taken nothing for so long is held up: nobody listens, or its flow control says no. */
const PATIENCE_MS = 5000;
/** How soon a line that is full is tried again: some 50 characters at 9600 baud. */
const FULL_MS = 50;

/**
 * Text on standard output, or on the terminal that `display.device` names (a serial console, a virtual console).
 *
 * On a terminal the picture keeps its place at the top and log lines scroll below it. Where there is no terminal (a
 * pipe, the journal) or one that knows no control sequences, a picture is printed when most of it is new, so that a
 * countdown does not fill the log.
 *
 * @throws {DisplayError} where the device can't be opened
 */
export async function open(options: DisplayOptions, host: Host): Promise<Opened> {
  if (options.device === "") {
    const stream = host.term === "dumb" ? printer(host.stdout) : host.stdout;
    const display = new Terminal(stream, null, "standard output", host.utf8);
    return { display, warnings: [] };
  }
  try {
    const device = await TerminalDevice.open(underRoot(host.root, options.device), host.clock);
    return { display: new Terminal(device, options.device, "terminal", host.utf8), warnings: [] };
  } catch (error) {
    throw deviceError(error, options.device);
  }
}

function printer(stream: TextStream): TextStream {
  return { isTTY: false, write: (text, done) => stream.write(text, done) };
}

class Terminal implements CellDisplay {
  readonly capabilities: CellCapabilities;
  readonly #stream: TextStream & { close?(): Promise<void> };
  readonly #isTerminal: boolean;
  /** What each row holds; null where the screen is not ours. */
  #lines: readonly string[] | null = null;
  #closed = false;

  constructor(
    stream: TextStream & { close?(): Promise<void> },
    device: string | null,
    name: string,
    utf8: boolean,
  ) {
    this.#stream = stream;
    this.#isTerminal = stream.isTTY === true;
    this.capabilities = { surface: "cells", driver: "terminal", device, name, utf8, ...size(stream, device) };
  }

  async show(picture: CellPicture): Promise<void> {
    const { columns, rows, device, utf8 } = this.capabilities;
    if (this.#closed) throw new DisplayError("The terminal was closed: open it again.");
    const now = size(this.#stream, device);
    if (now.columns !== columns || now.rows !== rows)
      throw new DisplayChanged("The terminal has changed its size: open it again.");
    const before = this.#lines;
    const written = (line: string) => (utf8 ? line : ascii(line));
    const lines = Array.from({ length: rows }, (_, row) => written(printable(picture.lines[row] ?? "", " ")));
    if (!this.#isTerminal) {
      if (before !== null && !mostlyNew(before, lines)) return;
      this.#lines = lines;
      return this.#write(`${lines.join("\n").trimEnd()}\n`);
    }
    this.#lines = lines;
    const changed = lines.map((line, row) =>
      line === before?.[row] ? "" : `${at(row + 1)}${line}${ERASE_LINE}`,
    );
    await this.#write(
      (before === null ? this.#prologue() : "") + SAVE_CURSOR + changed.join("") + RESTORE_CURSOR,
    );
  }

  async clear(): Promise<void> {
    if (this.#lines === null) return;
    this.#lines = null;
    if (!this.#isTerminal) return;
    const { rows } = this.capabilities;
    const blank = Array.from({ length: rows }, (_, row) => at(row + 1) + ERASE_LINE).join("");
    await this.#write(
      this.#shared
        ? SAVE_CURSOR + blank + SCROLL_ALL + RESTORE_CURSOR
        : blank + SCROLL_ALL + at(1) + SHOW_CURSOR,
    );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.clear().catch(() => undefined);
    this.#closed = true;
    await this.#stream.close?.();
  }

  /** Others, such as the log, write to standard output too. */
  get #shared(): boolean {
    return this.capabilities.device === null;
  }

  /** Moves what is there out of the way and leaves the cursor below the picture, where alone lines scroll from now on. */
  #prologue(): string {
    const { rows } = this.capabilities;
    if (!this.#shared) return HIDE_CURSOR + ERASE_SCREEN;
    const all = this.#stream.rows ?? USUAL.rows;
    return `${"\n".repeat(all)}${CSI}${rows + 1};${all}r${at(rows + 1)}`;
  }

  #write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(text, (error) => {
        if (error) reject(deviceError(error, this.capabilities.device ?? "Standard output"));
        else resolve();
      });
    });
  }
}

/** ECMA-48 control sequences, and DEC's for the cursor (VT100: DECSC, DECRC; VT220: DECTCEM; VT100: DECSTBM). */
const CSI = "\x1b[";
const ERASE_LINE = `${CSI}K`;
const ERASE_SCREEN = `${CSI}2J`;
const SAVE_CURSOR = "\x1b7";
const RESTORE_CURSOR = "\x1b8";
const HIDE_CURSOR = `${CSI}?25l`;
const SHOW_CURSOR = `${CSI}?25h`;
const SCROLL_ALL = `${CSI}r`;

function at(row: number): string {
  return `${CSI}${row};1H`;
}

function size(stream: TextStream, device: string | null): { columns: number; rows: number } {
  const columns = stream.columns || USUAL.columns;
  const rows = stream.rows || USUAL.rows;
  if (device !== null || stream.isTTY !== true) return { columns, rows };
  return {
    columns: Math.min(columns, USUAL.columns),
    rows: Math.max(1, Math.min(rows - LOG_ROWS, USUAL.rows)),
  };
}

/** Whether this is another picture and not the same one a second later. */
function mostlyNew(before: readonly string[], after: readonly string[]): boolean {
  const written = after.filter((line, row) => line.trim() !== "" || before[row]?.trim() !== "").length;
  const changed = after.filter((line, row) => line !== before[row]).length;
  return changed * 4 > written;
}

/**
 * A terminal opened by its path. It is never waited for in a system call: a serial line without carrier would hold up
 * the opening, and one whose flow control says no a thread, which outlives even `process.exit`.
 */
class TerminalDevice implements TextStream {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly #file: FileHandle;
  readonly #clock: Clock;
  readonly #turns = new Turns();

  static async open(path: string, clock: Clock): Promise<TerminalDevice> {
    // Without O_NOCTTY the terminal's signals would reach a daemon that leads its session.
    const { O_WRONLY, O_APPEND, O_NOCTTY, O_NONBLOCK } = constants;
    const file = await openFile(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK);
    if (!isatty(file.fd)) return new TerminalDevice(file, clock, false, USUAL);
    // A stream of its own, since it closes what it is given.
    const probe = new WriteStream(openSync(path, O_WRONLY | O_NOCTTY | O_NONBLOCK));
    const { columns, rows } = probe;
    probe.destroy();
    return new TerminalDevice(file, clock, true, { columns, rows });
  }

  private constructor(
    file: FileHandle,
    clock: Clock,
    isTTY: boolean,
    size: { columns: number; rows: number },
  ) {
    this.#file = file;
    this.#clock = clock;
    this.isTTY = isTTY;
    this.columns = size.columns;
    this.rows = size.rows;
  }

  write(text: string, done: (error?: Error | null) => void): boolean {
    this.#turns.take(() => this.#send(Buffer.from(text))).then(() => done(), done);
    return true;
  }

  async close(): Promise<void> {
    await this.#turns.done();
    await this.#file.close();
  }

  async #send(bytes: Buffer): Promise<void> {
    let waited = 0;
    for (let sent = 0; sent < bytes.length; ) {
      const taken = await this.#file.write(bytes, sent).then(
        ({ bytesWritten }) => bytesWritten,
        (error: NodeJS.ErrnoException) => {
          if (error.code !== "EAGAIN" || waited >= PATIENCE_MS) throw error;
          return 0;
        },
      );
      sent += taken;
      waited = taken > 0 ? 0 : waited + FULL_MS;
      if (taken === 0) await wait(this.#clock, FULL_MS);
    }
  }
}
