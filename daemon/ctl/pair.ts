import { C2CCTL_OPTIONS } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import { clockTime, duration, grouped } from "../core/text.ts";
import type { Context, Output } from "./context.ts";
import { Failure } from "./failure.ts";
import { FullScreen } from "./full-screen.ts";
import { snapshotOf } from "./reply.ts";
import { type CodeView, readSnapshot, type SnapshotView } from "./snapshot.ts";
import { roomWanted, terminalQr } from "./terminal-qr.ts";
import { meaningOf, placeOf, sentencesOf } from "./words.ts";

/** `c2cctl pair` */
export async function pair(context: Context): Promise<ExitCode> {
  const { client, out } = context;
  const before = snapshotOf(await client.get("/v1/status"), "status");
  const begun = snapshotOf(await client.post("/v1/pair"), "pair");
  const judge = judgement(before);
  if (context.arguments.has(C2CCTL_OPTIONS.noWait)) {
    const ended = judge(begun);
    if (ended instanceof Failure) throw ended;
    out.write("Pairing has begun; see: c2cctl status\n");
    return EXIT.ok;
  }

  const ending = new AbortController();
  const board: Board = out.terminal ? new Poster(context) : new Report(context);
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
      return new Failure(EXIT.config, problem === undefined ? meaningOf(state) : sentencesOf(problem));
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

/** What a person sees while pairing goes on. */
interface Board {
  show(snapshot: SnapshotView): void;
  close(): void;
}

/** Says each thing once, for logs and pipes. */
class Report implements Board {
  readonly #out: Output;
  #code: string | null = null;
  #said = "";

  constructor({ out }: Context) {
    this.#out = out;
  }

  show(snapshot: SnapshotView): void {
    const { pairing, device } = snapshot;
    if (pairing === null) {
      this.#say(stateText(snapshot));
    } else if (this.#code !== pairing.userCode) {
      this.#code = pairing.userCode;
      this.#say(`Code ${grouped(pairing.userCode)}${device.name === null ? "" : ` for ${device.name}`}`);
      this.#say(addressText(pairing));
      for (const text of stillPaired(snapshot)) this.#say(text);
      this.#say(
        pairing.expiresIn === null
          ? "Waiting until someone enters it."
          : `Good for ${duration(pairing.expiresIn)}.`,
      );
    }
  }

  close(): void {}

  #say(text: string): void {
    if (text !== this.#said) this.#out.write(`${text}\n`);
    this.#said = text;
  }
}

/** Draws the code on the terminal and counts down; takes it away the moment that it ends. */
class Poster implements Board {
  readonly #context: Context;
  readonly #screen: FullScreen;
  readonly #stopWatching: () => void;
  #snapshot: SnapshotView | null = null;
  /** On the clock of `elapsed()`; null where the code has no end. */
  #deadline: number | null = null;
  #stopTicking = () => {};

  constructor(context: Context) {
    this.#context = context;
    this.#screen = new FullScreen(context.out);
    this.#stopWatching = context.out.onResize(() => this.#draw());
  }

  show(snapshot: SnapshotView): void {
    const expiresIn = snapshot.pairing?.expiresIn ?? null;
    this.#snapshot = snapshot;
    this.#deadline = expiresIn === null ? null : this.#context.clock.elapsed() + expiresIn * 1000;
    this.#draw();
  }

  close(): void {
    this.#stopTicking();
    this.#stopWatching();
    this.#screen.close();
  }

  #draw(): void {
    const { clock } = this.#context;
    this.#stopTicking();
    if (this.#snapshot === null) return;
    const { pairing } = this.#snapshot;
    const left = this.#deadline === null ? null : (this.#deadline - clock.elapsed()) / 1000;
    if (pairing === null) this.#screen.show([stateText(this.#snapshot)]);
    else if (left !== null && left <= 0) this.#screen.show(["A new code is on its way."]);
    else this.#screen.show(this.#lines(this.#snapshot, pairing, left));
    if (left !== null && left > 0)
      this.#stopTicking = clock.after((left - Math.ceil(left) + 1) * 1000, () => this.#draw());
  }

  #lines(snapshot: SnapshotView, pairing: CodeView, left: number | null): string[] {
    const { out } = this.#context;
    const { name } = snapshot.device;
    const { bold } = out.style;
    const text = [
      `Code ${bold(grouped(pairing.userCode))}${left === null ? "" : `, good for ${clockTime(left)}`}`,
      ...(name === null ? [] : [`Frame.io must show the name ${bold(name)}`]),
      addressText(pairing),
      ...stillPaired(snapshot),
    ];
    if (pairing.uriComplete === null) return text;
    const qr = terminalQr(pairing.uriComplete, out);
    const room = roomWanted(qr, text, out);
    return room === null ? [...qr.lines, ...text] : [...text, room];
  }
}

function stillPaired({ authorization, project }: SnapshotView): string[] {
  if (authorization === null) return [];
  return [`Still paired${project === null ? "" : ` with ${project}`} until the new code is used.`];
}

/** "Asking Frame.io for a code." and what is in the way. */
function stateText({ state, health }: SnapshotView): string {
  const [worst] = health;
  const trouble = worst === undefined ? "" : ` ${worst.text} ${worst.action}`;
  return `${meaningOf(state)}.${trouble}`.replace(/^./, (first) => first.toUpperCase());
}

function addressText(code: CodeView): string {
  return code.uriComplete === null ? `Enter it ${placeOf(code)}` : `Open ${code.uriComplete}`;
}
