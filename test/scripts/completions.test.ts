import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { C2CCTL } from "../../daemon/cli/c2cctl.ts";
import { C2CD } from "../../daemon/cli/c2cd.ts";
import { bashCompletion, zshCompletion } from "../../scripts/completions.ts";

const scratch = mkdtempSync(join(tmpdir(), "c2cd-completion-"));
after(() => rmSync(scratch, { recursive: true }));
mkdirSync(join(scratch, "pictures"));
writeFileSync(join(scratch, "picture.png"), "");

describe("bash", () => {
  /** What bash offers for the last of `words`. */
  function offered(...words: string[]): string[] {
    const program = words[0] === "c2cd" ? C2CD : C2CCTL;
    const script = `${bashCompletion(program)}
      c2cctl() { [ "$*" = demo ] && printf '%s\\n' idle paired paused; }
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _${program.name}
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["--norc", "-c", script, "bash", ...words], { encoding: "utf8" })
      .trim()
      .split("\n");
  }

  const cases: readonly (readonly [string[], string[]])[] = [
    [["c2cctl", "st"], ["status"]],
    [["c2cctl", "c"], ["cancel"]],
    [["c2cctl", "--v"], ["--version"]],
    [
      ["c2cctl", "status", "--"],
      ["--json", "--watch", "--socket", "--root", "--help"],
    ],
    [["c2cctl", "--socket", "status", "un"], ["unpair"]],
    [["c2cctl", "--root", "/mnt", "pair", "--n"], ["--no-wait"]],
    [["c2cctl", "--socket", "=", "/x", "qr", "--p"], ["--png"]],
    [
      ["c2cctl", "qr", "--png", join(scratch, "pic")],
      [join(scratch, "pictures"), join(scratch, "picture.png")],
    ],
    [["c2cctl", "qr", "--png", "=", join(scratch, "picture.")], [join(scratch, "picture.png")]],
    [["c2cctl", "--root", join(scratch, "pic")], [join(scratch, "pictures")]],
    [
      ["c2cd", "--c"],
      ["--config", "--check"],
    ],
    [["c2cd", "--root", join(scratch, "pic")], [join(scratch, "pictures")]],
    [
      ["c2cctl", "demo", "pa"],
      ["paired", "paused"],
    ],
  ];
  for (const [words, expected] of cases)
    it(words.join(" ").replaceAll(scratch, "…"), () =>
      assert.deepEqual(offered(...words).sort(), [...expected].sort()),
    );
});

describe("zsh", { timeout: 300_000 }, () => {
  const functions = join(scratch, "functions");
  mkdirSync(functions);
  for (const program of [C2CD, C2CCTL])
    writeFileSync(join(functions, `_${program.name}`), zshCompletion(program));

  /** The command line that an interactive zsh runs after these keys. */
  async function typed(keys: string): Promise<string> {
    const zsh = spawn("script", ["--quiet", "--command", "zsh -f -i", "/dev/null"], {
      cwd: scratch,
      env: { PATH: process.env.PATH, TERM: "dumb", SHELL: "/bin/sh", HOME: scratch },
    });
    let output = "";
    const printed = (pattern: RegExp) =>
      new Promise<string>((resolve, reject) => {
        zsh.once("close", () => reject(new Error(`zsh ended: ${output}`)));
        const look = () => {
          const found = pattern.exec(output)?.[1];
          if (found === undefined) return;
          zsh.stdout.off("data", look);
          resolve(found);
        };
        zsh.stdout.on("data", look);
        look();
      });
    zsh.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    try {
      zsh.stdin.write(
        `fpath=(${functions} $fpath); autoload -U compinit; compinit -u -D; c2cctl c2cd() { if [[ $* == demo ]]; then print -l idle paired; else print -r -- "<$0|$*>"; fi }; print "rea""dy>"\n`,
      );
      await printed(/(ready>)\r?\n/);
      zsh.stdin.write(`${keys}\n`);
      return (await printed(/<(\w+\|[^>]*)>/)).replace("|", " ");
    } finally {
      zsh.kill();
    }
  }

  const cases: readonly (readonly [string, string])[] = [
    ["c2cctl stat\t--js\t", "c2cctl status --json"],
    ["c2cctl --socket /x iden\t", "c2cctl --socket /x identity"],
    ["c2cctl pair --no\t", "c2cctl pair --no-wait"],
    ["c2cctl qr --png picture.\t", "c2cctl qr --png picture.png"],
    ["c2cd --ch\t", "c2cd --check"],
    ["c2cctl demo pai\t", "c2cctl demo paired"],
  ];
  for (const [keys, line] of cases)
    it(keys.replaceAll("\t", "<TAB>"), async () => assert.equal((await typed(keys)).trim(), line));
});
