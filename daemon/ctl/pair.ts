import { C2CCTL_OPTIONS } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { succeeded } from "./reply.ts";
import { type CodeView, readSnapshot, type SnapshotView } from "./snapshot.ts";
import { qrLines } from "./terminal-qr.ts";
import { countdown, duration } from "./text.ts";
import { meaningOf } from "./words.ts";

/** `c2cctl pair` */
export async function pair(context: Context): Promise<ExitCode> {
  const { client, out } = context;
  const before = readSnapshot(succeeded(await client.get("/v1/status"), "status").toString("utf8"));
  const begun = readSnapshot(succeeded(await client.post("/v1/pair"), "pair").toString("utf8"));
  if (context.arguments.has(C2CCTL_OPTIONS.noWait)) {
    out.write("Pairing has begun; see: c2cctl status\n");
    return EXIT.ok;
  }

  const ending = new AbortController();
  const board = new Board(context);
  const judge = judgement(before);
  let verdict: Verdict = null;
  const take = (snapshot: SnapshotView) => {
    verdict ??= judge(snapshot);
    if (verdict === null) board.show(snapshot);
    else ending.abort();
  };
  take(begun);
  try {
    await client.follow("/v1/events", (data) => take(readSnapshot(data)), ending.signal);
  } finally {
    board.close();
  }
  // TypeScript does not see the assignment in `take`.
  const ended = verdict as Verdict;
  if (ended instanceof Failure) throw ended;
  if (ended !== null) {
    out.write(`${ended}\n`);
    return EXIT.ok;
  }
  out.write("Pairing goes on without this terminal; c2cctl cancel ends it.\n");
  return EXIT.interrupted;
}

/** What there is to say at the end; null while it goes on. */
type Verdict = string | Failure | null;

/** Tells from the snapshots after `POST /v1/pair` how pairing ended. */
function judgement(before: SnapshotView): (snapshot: SnapshotView) => Verdict {
  let begun = false;
  return (snapshot) => {
    const { state, authorization, project, device, health } = snapshot;
    if (state === "unconfigured") {
      const problem = health.find(({ severity }) => severity === "error");
      return new Failure(
        EXIT.config,
        problem === undefined ? meaningOf(state) : `${problem.text} ${problem.action}`,
      );
    }
    const rests = state === "idle" || state === "paired";
    begun ||= !rests;
    if (!begun || !rests) return null;
    if (state === "idle")
      return new Failure(
        EXIT.tryLater,
        "no code is on offer any more: it was cancelled, or nobody entered it in time",
      );
    const kept =
      before.authorization !== null &&
      authorization !== null &&
      authorization.refreshedAt !== null &&
      authorization.refreshedAt === before.authorization.refreshedAt;
    const where = project === null ? "" : ` with ${project}`;
    return kept
      ? new Failure(EXIT.tryLater, `the offer has ended; still paired${where} as before`)
      : `Paired${where}, as ${device.name ?? device.clientId ?? "this device"}.`;
  };
}

/** Lines below a code: blank, code, address, countdown. */
const TEXT_ROWS = 4;

/** What the terminal shows while pairing goes on: the code once, and one line below it that is written over. */
class Board {
  readonly #context: Context;
  #code: string | null = null;
  #deadline: number | null = null;
  #line = "";
  #rows = 0;
  #stopTicking = () => {};

  constructor(context: Context) {
    this.#context = context;
  }

  show({ state, pairing, device, health }: SnapshotView): void {
    this.#stopTicking();
    if (pairing !== null) {
      const { clock } = this.#context;
      this.#deadline = pairing.expiresIn === null ? null : clock.elapsed() + pairing.expiresIn * 1000;
      if (this.#code !== pairing.userCode) this.#draw(pairing, device.name);
      this.#tick();
    } else {
      const [worst] = health;
      const trouble = worst === undefined ? "" : ` ${worst.text} ${worst.action}`;
      this.#say(`${meaningOf(state)}.${trouble}`.replace(/^./, (first) => first.toUpperCase()));
    }
  }

  close(): void {
    this.#stopTicking();
    if (this.#context.out.terminal) this.#context.out.write("\r\u001b[K");
  }

  #draw({ userCode, uri, uriComplete }: CodeView, name: string | null): void {
    const { out } = this.#context;
    const { bold } = out.style;
    const qr = out.terminal && uriComplete !== null ? qrLines(uriComplete, out.colour) : [];
    // The escape sequences take no room: two modules a cell in height, so a code has twice as many columns as rows.
    const fits = qr.length > 0 && qr.length + TEXT_ROWS <= out.rows && qr.length * 2 <= out.columns;
    const lines = [
      ...(fits ? [...qr, ""] : []),
      `Code ${bold(userCode)}${name === null ? "" : ` for ${name}`}`,
      uriComplete === null ? `Enter it at ${uri ?? "Frame.io"}` : `Open ${uriComplete}`,
    ];
    // Over the code that is no longer good, so that nobody scans it.
    const back = this.#code === null || !out.terminal ? "" : `\r\u001b[${this.#rows}A\u001b[J`;
    out.write(`${out.terminal ? "\r\u001b[K" : ""}${back}${lines.join("\n")}\n`);
    this.#code = userCode;
    this.#rows = lines.length;
    this.#line = "";
  }

  #tick(): void {
    const { clock, out } = this.#context;
    const left = this.#deadline === null ? null : (this.#deadline - clock.elapsed()) / 1000;
    if (left === null) this.#say("Waiting until someone enters it.");
    else if (!out.terminal) this.#say(`Good for ${duration(left)}.`);
    else if (left <= 0) this.#say("A new code is on its way.");
    else {
      this.#say(`${countdown(left)} left`);
      this.#stopTicking = clock.after((left - Math.ceil(left) + 1) * 1000, () => this.#tick());
    }
  }

  /** On a terminal, over what the line said before; elsewhere each sentence once. */
  #say(text: string): void {
    const { out } = this.#context;
    if (text === this.#line) return;
    if (out.terminal) out.write(`\r\u001b[K${text.slice(0, out.columns - 1)}`);
    else if (!(this.#line.startsWith("Good for") && text.startsWith("Good for"))) out.write(`${text}\n`);
    this.#line = text;
  }
}
