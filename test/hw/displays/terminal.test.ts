import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import xterm from "@xterm/headless";
import { paintCells } from "../../../daemon/screens/cells.ts";
import { screenOf } from "../../../daemon/screens/screen.ts";
import { CATALOGUE } from "../../../daemon/texts/screen/catalogue.ts";
import type { CellDisplay, CellPicture } from "../../../hw/displays/contract/display.ts";
import type { TextStream } from "../../../hw/displays/contract/options.ts";
import { openDisplay } from "../../../hw/displays/open.ts";
import { snapshotOf } from "../../daemon/screens/snapshots.ts";
import { Board, displayOptions, Transcript } from "./board.ts";
import type { Seen } from "./decode.ts";
import { readQr } from "./readers.ts";

async function openTerminal(board: Board, stdout: TextStream, device = ""): Promise<CellDisplay> {
  const { display } = await openDisplay(displayOptions({ driver: "terminal", device }), board.host(stdout));
  assert.equal(display.capabilities.surface, "cells");
  return display as CellDisplay;
}

const picture = (...lines: string[]): CellPicture => ({ columns: 80, rows: lines.length, lines });

/** A terminal that others write: what a person would see on it. */
class Screen {
  readonly stream: Transcript;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;

  constructor(columns: number, rows: number) {
    this.stream = new Transcript({ columns, rows });
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  }

  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.#terminal.write(this.stream.take(), resolve));
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? "").trimEnd(),
    );
  }

  log(line: string): void {
    this.stream.text += `${line}\n`;
  }

  cursor(): number {
    return this.#terminal.buffer.active.cursorY;
  }
}

test("a picture keeps its place at the top while log lines scroll below", async (t) => {
  const screen = new Screen(80, 10);
  screen.log("$ scripts/run");
  const display = await openTerminal(new Board(t), screen.stream);
  assert.deepEqual(
    [display.capabilities.columns, display.capabilities.rows],
    [80, 7],
    "three rows are left for the log",
  );
  await display.show(picture("one", "▀▄█ two", "three"));
  for (let line = 1; line <= 9; line++) screen.log(`log line ${line}`);
  assert.deepEqual((await screen.lines()).slice(0, 7), ["one", "▀▄█ two", "three", "", "", "", ""]);
  assert.deepEqual((await screen.lines()).slice(7), ["log line 8", "log line 9", ""]);

  await display.show(picture("one", "2", "three"));
  assert.deepEqual((await screen.lines()).slice(0, 3), ["one", "2", "three"]);
  screen.log("log line 10");
  assert.deepEqual((await screen.lines()).slice(7), ["log line 9", "log line 10", ""], "the cursor stayed");
});

test("only rows that changed are written", async (t) => {
  const screen = new Screen(80, 24);
  const display = await openTerminal(new Board(t), screen.stream);
  await display.show(picture("one", "two", "three"));
  screen.stream.take();
  await display.show(picture("one", "2", "three"));
  assert.equal(screen.stream.take(), "\x1b7\x1b[2;1H2\x1b[K\x1b8");
  await display.show(picture("one"));
  assert.equal(screen.stream.take(), "\x1b7\x1b[2;1H\x1b[K\x1b[3;1H\x1b[K\x1b8");
});

test("clear wipes the picture and lets the log have the whole terminal; show takes it again", async (t) => {
  const screen = new Screen(80, 10);
  const display = await openTerminal(new Board(t), screen.stream);
  await display.show(picture("one", "two"));
  screen.log("a log line");
  await display.clear();
  const lines = await screen.lines();
  assert.deepEqual(lines.slice(0, 7), ["", "", "", "", "", "", ""]);
  assert.equal(lines[7], "a log line");
  for (let line = 0; line < 20; line++) screen.log(`${line}`);
  assert.deepEqual((await screen.lines()).slice(0, 2), ["11", "12"], "all rows scroll");
  await display.show(picture("again"));
  assert.equal((await screen.lines())[0], "again");
  await display.close();
  await display.close();
  await assert.rejects(display.show(picture("late")), { name: "DisplayError" });
});

test("no name steers the terminal", async (t) => {
  const screen = new Screen(80, 24);
  const display = await openTerminal(new Board(t), screen.stream);
  await display.show(picture("Proj\x1b[2Ject\x07\x9b31m"));
  assert.equal((await screen.lines())[0], "Proj [2Ject  31m");
});

test("a resized terminal has to be opened again", async (t) => {
  const screen = new Screen(80, 24);
  const display = await openTerminal(new Board(t), screen.stream);
  await display.show(picture("one"));
  screen.stream.rows = 12;
  await assert.rejects(display.show(picture("one")), {
    name: "DisplayError",
    message: "The terminal has changed its size: open it again.",
  });
});

test("sizes: no more than 80x24, no less than a row, and 80x24 where nobody knows", async (t) => {
  const board = new Board(t);
  for (const [columns, rows, expected] of [
    [200, 60, [80, 24]],
    [80, 24, [80, 21]],
    [40, 12, [40, 9]],
    [20, 2, [20, 1]],
    [0, 0, [80, 21]],
  ] as const) {
    const { capabilities } = await openTerminal(board, new Transcript({ columns, rows }));
    assert.deepEqual([capabilities.columns, capabilities.rows], expected);
  }
});

test("without a terminal a picture is printed when most of it is new, and not for every second", async (t) => {
  const stdout = new Transcript();
  const display = await openTerminal(new Board(t), stdout);
  const code = (digits: string, seconds: number) =>
    picture(
      "█▀▀▀█ a code",
      `█ ${digits} █`,
      `${digits}`,
      `link/${digits}`,
      `${digits}!`,
      "",
      `${seconds} s left`,
      "Scan it",
      "or type it",
    );
  await display.show(code("123456", 120));
  assert.match(stdout.take(), /123456.*120 s left\nScan it\nor type it\n$/s);
  for (let second = 119; second > 0; second--) await display.show(code("123456", second));
  assert.equal(stdout.take(), "");
  await display.show(code("654321", 120));
  assert.match(stdout.take(), /654321/);
  await display.show(picture("Paired with Project X"));
  assert.equal(stdout.take(), "Paired with Project X\n");
  await display.close();
  assert.equal(stdout.take(), "");
});

test("a terminal that knows no control sequences is printed to", async (t) => {
  const board = new Board(t);
  const stdout = new Transcript({ columns: 80, rows: 24 });
  const host = { ...board.host(stdout), term: "dumb" };
  const { display } = await openDisplay(displayOptions({}), host);
  assert.equal(display.capabilities.driver, "terminal", "auto takes it all the same");
  await (display as CellDisplay).show(picture("one", "two"));
  await display.close();
  assert.equal(stdout.take(), "one\ntwo\n");
});

test("a code is read off the terminal's cells, also where they are few", async (t) => {
  for (const [columns, rows] of [
    [80, 24],
    [80, 27],
    [40, 25],
  ] as const) {
    const screen = new Screen(columns, rows);
    const display = await openTerminal(new Board(t), screen.stream);
    const { capabilities } = display;
    const painted = paintCells(
      screenOf(snapshotOf("awaiting-user"), CATALOGUE.en),
      capabilities.columns,
      capabilities.rows,
    );
    await display.show(painted.picture);
    const { zbar, zxing } = await readQr(cells(await screen.lines(), columns));
    const link = "HTTPS://NEXT.FRAME.IO/pair/482913";
    assert.deepEqual([painted.qr?.module, zbar, zxing], [1, link, link], `${columns}x${rows}`);
  }
});

test("a terminal without UTF-8 is given ASCII, digits and address in place of the code", async (t) => {
  const stdout = new Transcript({ columns: 80, rows: 27 });
  const host = { ...new Board(t).host(stdout), utf8: false };
  const display = (await openDisplay(displayOptions({ driver: "terminal" }), host)).display as CellDisplay;
  const { columns, rows, utf8 } = display.capabilities;
  const painted = paintCells(screenOf(snapshotOf("awaiting-user"), CATALOGUE.fr), columns, rows, utf8);
  assert.equal(painted.qr, null);
  await display.show(painted.picture);
  assert.match(stdout.text, /^[\n\x1b -~]+$/);
  for (const part of ["482 913", "next.frame.io/pair", "Verifiez le nom", "###"])
    assert.ok(stdout.text.includes(part), part);
});

/** Cells of half blocks as pixels, eight a module: what a person's eye, or phone, sees. */
function cells(lines: readonly string[], columns: number): Seen {
  const scale = 8;
  const width = columns * scale;
  const rgb = new Uint32Array(width * lines.length * 2 * scale);
  for (let at = 0; at < rgb.length; at++) {
    const [x, y] = [Math.floor((at % width) / scale), Math.floor(at / width / scale)];
    const cell = lines[y >> 1]?.[x] ?? " ";
    rgb[at] = cell === "█" || cell === (y % 2 === 0 ? "▀" : "▄") ? 0xffffff : 0;
  }
  return { width, height: lines.length * 2 * scale, rgb };
}

test("a line that is held up is waited for a while, and is then a lost display that stops nobody", async (t) => {
  const board = new Board(t);
  const path = join(board.root, "dev/ttyS0");
  await promisify(execFile)("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  t.after(() => closeSync(reader));
  const full = () =>
    assert.throws(
      () => {
        for (;;) writeSync(reader, Buffer.alloc(4096, "x"));
      },
      { code: "EAGAIN" },
    );
  full();
  const display = await openTerminal(board, new Transcript(), "/dev/ttyS0");
  const held = outcome(display.show(picture("held up")));
  while (!held.done) await passes(board);
  assert.equal(
    (held.error as Error).message,
    "/dev/ttyS0 takes no more characters: check its cable and flow control.",
  );
  assert.ok(board.clock.elapsed() >= 5000);

  const late = outcome(display.show(picture("late", "but whole")));
  for (let times = 0; times < 20; times++) await passes(board);
  assert.equal(late.done, false);
  readSync(reader, Buffer.alloc(65_536));
  while (!late.done) await passes(board);
  assert.equal(late.error, null);
  await display.close();
});

/** Time passes for who waits by the clock, and for who waits for the system. */
async function passes(board: Board): Promise<void> {
  await board.clock.advance(50);
  await setImmediate();
}

/** How a call ends, for a test that meanwhile moves the clock. */
function outcome(call: Promise<void>): { done: boolean; error: unknown } {
  const how: { done: boolean; error: unknown } = { done: false, error: null };
  call
    .catch((error: unknown) => {
      how.error = error;
    })
    .finally(() => {
      how.done = true;
    });
  return how;
}

test("standard output that is gone is a lost display", async (t) => {
  const gone: TextStream = {
    isTTY: true,
    write(_text, done) {
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
      return false;
    },
  };
  const display = await openTerminal(new Board(t), gone);
  await assert.rejects(display.show(picture("x")), {
    name: "DisplayError",
    message: /does not answer \(EPIPE\)/,
  });
  await display.close();
});

test("a device that is a file is printed to, one that is missing is named", async (t) => {
  const board = new Board(t);
  const file = board.write("/dev/ttyS0", "");
  const display = await openTerminal(board, new Transcript(), "/dev/ttyS0");
  await Promise.all([display.show(picture("first")), display.show(picture("second"))]);
  await display.close();
  assert.equal(readFileSync(file, "utf8"), "first\nsecond\n");
  await assert.rejects(openTerminal(board, new Transcript(), "/dev/ttyS1"), {
    name: "DisplayError",
    message: /^\/dev\/ttyS1 is not there/,
  });
});

test("a real terminal's path: its size, the cursor hidden meanwhile, the screen left clean", async () => {
  // script(1) makes the pseudo terminal; the driver finds it as /dev/tty's target.
  const program = `
    import { readlinkSync } from "node:fs";
    import { openDisplay } from "${join(import.meta.dirname, "../../../hw/displays/open.ts")}";
    import { displayOptions } from "${join(import.meta.dirname, "board.ts")}";
    const device = readlinkSync("/proc/self/fd/1");
    const { display } = await openDisplay(displayOptions({ driver: "terminal", device }), { root: "", clock: null, stdout: process.stdout });
    await display.show({ columns: 30, rows: 1, lines: [JSON.stringify([display.capabilities.columns, display.capabilities.rows])] });
    await display.close();
  `;
  const command = `stty cols 61 rows 17; exec ${process.execPath} --import tsx --input-type=module -e '${program.replaceAll("'", "'\\''")}'`;
  const { stdout } = await promisify(execFile)("script", ["-qec", command, "/dev/null"], {
    cwd: join(import.meta.dirname, "../../.."),
  });
  assert.match(stdout, /\x1b\[\?25l\x1b\[2J/);
  assert.match(stdout, /\[61,17\]/);
  assert.match(stdout, /\x1b\[\?25h$/);
});
