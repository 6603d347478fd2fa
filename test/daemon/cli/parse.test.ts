import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { C2CCTL, C2CCTL_OPTIONS, COMMANDS } from "../../../daemon/cli/c2cctl.ts";
import { C2CD, C2CD_OPTIONS } from "../../../daemon/cli/c2cd.ts";
import { helpText } from "../../../daemon/cli/help.ts";
import { parseCommandLine, UsageError } from "../../../daemon/cli/parse.ts";

function run(program: typeof C2CCTL, ...argv: string[]) {
  const line = parseCommandLine(program, argv);
  assert.ok(line.type === "run");
  return line;
}

describe("parseCommandLine", () => {
  it("takes options before and after the command, with = or a space, the last of two", () => {
    const { command, arguments: given } = run(C2CCTL, "--socket", "/a", "status", "--json", "--socket=/b");
    assert.equal(command, COMMANDS.status);
    assert.equal(given.value(C2CCTL_OPTIONS.socket), "/b");
    assert.deepEqual([given.has(C2CCTL_OPTIONS.json), given.has(C2CCTL_OPTIONS.watch)], [true, false]);
    assert.equal(given.value(C2CCTL_OPTIONS.root), null);
  });

  it("takes - and what = gives as values", () => {
    assert.equal(run(C2CCTL, "qr", "--png", "-").arguments.value(C2CCTL_OPTIONS.png), "-");
    assert.equal(run(C2CCTL, "qr", "--png=-x").arguments.value(C2CCTL_OPTIONS.png), "-x");
  });

  it("takes the operand of a command that has one, and of no other", () => {
    assert.equal(run(C2CCTL, "demo", "paired", "--socket", "/a").arguments.operand, "paired");
    assert.equal(run(C2CCTL, "--socket", "/a", "demo").arguments.operand, null);
    assert.throws(
      () => run(C2CCTL, "demo", "paired", "idle"),
      /^UsageError: there is nothing to do with "idle"/,
    );
  });

  it("reads c2cd's line, which has no command", () => {
    const { command, arguments: given } = run(C2CD, "--check", "--config", "c2cd.toml");
    assert.equal(command, null);
    assert.deepEqual([given.has(C2CD_OPTIONS.check), given.value(C2CD_OPTIONS.config)], [true, "c2cd.toml"]);
  });

  it("answers --help and --version whatever else is there", () => {
    assert.deepEqual(parseCommandLine(C2CCTL, ["-h"]), { type: "help", command: null });
    assert.deepEqual(parseCommandLine(C2CCTL, ["help"]), { type: "help", command: null });
    assert.deepEqual(
      parseCommandLine(C2CCTL, ["help", "pair"]),
      parseCommandLine(C2CCTL, ["pair", "--help"]),
    );
    assert.deepEqual(parseCommandLine(C2CCTL, ["pair", "--help", "--nonsense"]), {
      type: "help",
      command: COMMANDS.pair,
    });
    assert.deepEqual(parseCommandLine(C2CD, ["-V"]), { type: "version" });
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ["statsu", /^there is no command statsu; did you mean status\?$/],
    ["help frobnicate", /^there is no command frobnicate; see c2cctl --help$/],
    ["", /^which command\? One of status, .*; see c2cctl help$/],
    ["frobnicate", /^there is no command frobnicate; see c2cctl --help$/],
    ["status --jsno", /^there is no option --jsno; did you mean --json\?$/],
    ["--jsno status", /^there is no option --jsno; did you mean --json\?$/],
    ["--foo status", /^there is no option --foo; see c2cctl --help$/],
    ["cancel --json", /^there is no option --json; see c2cctl --help$/],
    ["status -x", /^there is no option -x; see c2cctl --help$/],
    ["status --json=yes", /^--json takes no value$/],
    ["status --socket", /^--socket needs a value: --socket PATH$/],
    ["status --socket --json", /^--socket needs a value: --socket PATH$/],
    ["status twice", /^there is nothing to do with "twice"; see c2cctl --help$/],
  ];
  for (const [line, message] of wrong)
    it(`refuses "${line}"`, () =>
      assert.throws(() => parseCommandLine(C2CCTL, line === "" ? [] : line.split(" ")), {
        name: "UsageError",
        message,
      }));

  it("ends every command line in a result or a UsageError", (t) => {
    t.diagnostic("5000 fuzz cases");
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "status",
        "pair",
        "--json",
        "--socket",
        "--socket=",
        "-h",
        "-",
        "--",
        "--__proto__",
        "-Vh",
        "=",
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(C2CCTL, C2CD), fc.array(word, { maxLength: 6 }), (program, argv) => {
        try {
          parseCommandLine(program, argv);
        } catch (error) {
          assert.ok(error instanceof UsageError, String(error));
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe("helpText", () => {
  const pages = [
    helpText(C2CD, null),
    helpText(C2CCTL, null),
    ...C2CCTL.commands.map((command) => helpText(C2CCTL, command)),
  ];

  it("fits a terminal of 80 columns", () => {
    for (const page of pages)
      for (const line of page.split("\n")) assert.ok(line.length <= 80, `${line.length} columns: ${line}`);
  });

  it("names what the tables have", () => {
    const [daemon = "", client = ""] = pages;
    for (const { name } of C2CD.options) assert.match(daemon, new RegExp(`^  --${name} `, "m"));
    for (const { name } of C2CCTL.commands) assert.match(client, new RegExp(`^  ${name} `, "m"));
    assert.match(helpText(C2CCTL, COMMANDS.qr), /^Usage: c2cctl qr \[--png FILE\] \[--svg FILE\]$/m);
  });
});
