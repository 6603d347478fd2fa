import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Bench } from "./bench.ts";
import { claim } from "./case.ts";
import { waitFor } from "./wait.ts";

const MANUAL = "docs/install.md";
const NAME = "pi";
const HOME = `/home/${NAME}`;

/** Programs and the disk of an emulated board, each slow; generous as every limit here. */
const INSTALL_LIMIT = 900_000;
const COMMAND_LIMIT = 300_000;

/** The secret as a file: a command that held it would be written to the guest's journal. */
const SECRET_FILE = "/root/secret";

/** Someone who follows the manual word for word, as a user who may use sudo, such as Raspberry Pi OS makes one. */
export class Person {
  readonly #bench: Bench;
  /** The manual's commands, in its order. */
  readonly #install: string;
  readonly #provision: string;
  readonly #lookAfter: readonly string[];
  #transcript = "";

  constructor(bench: Bench) {
    this.#bench = bench;
    const [install = "", provision = "", ...lookAfter] = commandsOf("Install on a Raspberry Pi");
    // The manual is for a Raspberry Pi; other machines have another package, and nothing else differs.
    this.#install = install.replace(/c2cd_\S+\.deb/, basename(bench.deb));
    this.#provision = provision;
    this.#lookAfter = lookAfter;
  }

  /** What the machine must have before: the package and the secret. */
  static filesFor(bench: Bench) {
    return [
      { path: `/root/${basename(bench.deb)}`, text: readFileSync(bench.deb) },
      { path: SECRET_FILE, text: `${bench.frameio.secret}\n`, mode: 0o600 },
    ];
  }

  /** Copies the package to the board and installs it. */
  async installs(): Promise<void> {
    const { machine, deb } = this.#bench;
    await machine.check(
      [
        `useradd --create-home --shell /bin/bash --groups sudo,adm ${NAME}`,
        `echo '${NAME} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${NAME}`,
        `install --owner=${NAME} /root/${basename(deb)} ${HOME}/`,
      ].join(" && "),
    );
    await this.does(this.#install, INSTALL_LIMIT);
  }

  /** Gives it the secret where it is asked for. */
  async provisions(): Promise<void> {
    const { machine } = this.#bench;
    const keyboard = "/run/keyboard";
    const screen = `${HOME}/screen`;
    const status = "/run/status";
    await machine.check(
      `mkfifo ${keyboard} && chown ${NAME} ${keyboard} && { setsid sh -c ` +
        `'runuser -l ${NAME} -c "script --quiet --flush --return --command \\"${this.#provision}\\" ${screen}" <>${keyboard}; ` +
        `echo $? >${status}' >/dev/null 2>&1 & }`,
    );
    const shows = async (wanted: string) => (await machine.run(`grep -q ${wanted} ${screen}`)).status === 0;
    await waitFor(
      "the question for the secret",
      COMMAND_LIMIT,
      async () => (await shows("client_secret")) || null,
    );
    await machine.check(`cat ${SECRET_FILE} >${keyboard}`);
    await waitFor(
      "c2cd-provision's end",
      COMMAND_LIMIT,
      async () => (await machine.run(`test -s ${status}`)).status === 0 || null,
    );
    const shown = await machine.check(`cat ${screen}`);
    this.#tell(this.#provision, shown);
    claim((await machine.check(`cat ${status}`)).trim() === "0", `c2cd-provision succeeds:\n${shown}`);
    claim(!shown.includes(this.#bench.frameio.secret), "the secret is not echoed");
  }

  /** Looks at it in every way that the manual names; each must find nothing to complain about. */
  async looksAfterIt(): Promise<void> {
    for (const command of this.#lookAfter) await this.does(command);
  }

  /** Runs a command as a user who logs in. */
  async does(command: string, limit = COMMAND_LIMIT): Promise<string> {
    const { machine } = this.#bench;
    const { status, stdout, stderr } = await machine.run(`runuser -l ${NAME} -c '${command}' 2>&1`, limit);
    this.#tell(command, stdout);
    claim(status === 0, `${command} succeeds; it ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }

  #tell(command: string, said: string): void {
    this.#transcript += `$ ${command}\n${said}\n`;
    this.#bench.keep("transcript", this.#transcript);
  }
}

/** The commands of a section of the manual; what a shell takes for remarks is cut off. */
function commandsOf(section: string): string[] {
  const text =
    readFileSync(MANUAL, "utf8")
      .split(/^## /m)
      .find((each) => each.startsWith(`${section}\n`)) ?? "";
  return [...text.matchAll(/```\n(.*?)```/gs)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .map((line) => line.replace(/\s#.*$/, "").trim())
    .filter((line) => line !== "");
}
