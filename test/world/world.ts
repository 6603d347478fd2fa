/** A device, its card, its person, its network and Frame.io, from one seed: lives a plan to its end and then in peace. */

import type { SystemClock } from "../../daemon/core/clock.ts";
import { FrameIo } from "../simulator/frameio.ts";
import { DEFAULTS } from "../simulator/simulator.ts";
import { seededRandom } from "../support/random.ts";
import { Device } from "./device.ts";
import { Ledger, type Violation } from "./ledger.ts";
import { Card, CardError } from "./nature/card.ts";
import { enter, type Life, type Nature } from "./nature/nature.ts";
import { Network, type Sent } from "./nature/network.ts";
import { Scheduler, settled } from "./nature/scheduler.ts";
import { closeConnections, startSqlite } from "./nature/sqlite.ts";
import type { Plan, Step } from "./plan.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** When the world begins. */
const BEGINNING = Date.UTC(2026, 0, 1);
/** What a board without a real-time clock believes at its boot. */
const NO_CLOCK = Date.UTC(2024, 0, 1);
/** How long a service manager and a boot take. */
const RESTART_MS = 1_000;
const BOOT_MS = 15_000;
/** How long after the network is there NTP has set the clock. */
const NTP_MS = 20_000;
/** Liveness: by then after the last fault it is paired. */
const PAIRED_WITHIN_MS = 20 * MINUTE;
/** How often a program on the device asks for a token. */
const UPLOAD_MS = 7 * MINUTE;

/** More happens in a second only where something goes round in a circle. */
const BUSY_STEPS = 20_000;

/** What happened in one world. */
export interface Story {
  readonly violation: Violation | null;
  readonly virtualMs: number;
  /** Lives of the daemon's process. */
  readonly lives: number;
  readonly pairings: number;
  readonly refreshes: number;
  /** Milliseconds from the last fault until a token works at Frame.io; null where it never did. */
  readonly pairedAfter: number | null;
  /** By kind, what befell it. */
  readonly happened: Readonly<Record<string, number>>;
  /** All that happened, in order. */
  readonly trace: readonly string[];
}

export async function live(plan: Plan): Promise<Story> {
  return new World(plan).live();
}

/** What a person does at the device. */
type Act = "press" | "cancel" | "unpair";

class World {
  readonly #plan: Plan;
  readonly #scheduler = new Scheduler();
  readonly #ledger = new Ledger(() => this.#scheduler.now);
  readonly #frameio: FrameIo;
  readonly #network: Network;
  readonly #card: Card;
  readonly #nature: Nature;
  readonly #person: () => number;
  readonly #chance: () => number;
  readonly #trace: string[] = [];
  readonly #happened: Record<string, number> = {};
  #device: Device | null = null;
  /** When the board got power; by how much its clock is wrong. */
  #bootedAt = 0;
  #clockError = 0;
  /** Calls until the process dies; null where nothing is to kill it. */
  #fuse: { calls: number; readonly power: boolean; readonly ms: number } | null = null;
  #waitingFuses: { readonly from: string; readonly fuse: { calls: number; power: boolean; ms: number } }[] =
    [];
  /** When the card has answered that kept somebody waiting. */
  #stallEnds = Number.NEGATIVE_INFINITY;
  #death: { readonly power: boolean; readonly ms: number } | null = null;
  #waitingActs: { readonly do: Act; readonly on: string }[] = [];
  /** The refresh token that the last unpair found. */
  #unpaired: string | null = null;
  /** Whether a code was approved and not polled since. */
  #approved = false;
  #denies = 0;
  /** Whether a person is there who pairs it whenever it is not. */
  #peace = false;
  #lives = 0;
  #pairings = 0;
  #refreshes = 0;
  #pairedAfter: number | null = null;
  #shown: string | null = null;
  #error: unknown = null;

  constructor(plan: Plan) {
    this.#plan = plan;
    const { seed, codeLife, interval, accessLife } = plan;
    const stream = (nth: number) => seededRandom(seed * 16 + nth);
    this.#person = stream(1);
    this.#chance = stream(2);
    const terms = { ...DEFAULTS, secret: SECRET, codeLife, interval, accessLife };
    const now = () => BEGINNING + Math.round(this.#scheduler.now);
    this.#frameio = new FrameIo(terms, ["Feature Film"], now);
    this.#card = new Card(stream(3), () => this.#called());
    this.#card.ailments.slow = plan.wornSync;
    this.#network = new Network({
      scheduler: this.#scheduler,
      random: stream(4),
      frameio: this.#frameio,
      now,
      clockError: () => this.#clockError,
      leaves: (sent) => this.#leaves(sent),
      answers: (...answer) => this.#answers(...answer),
      arrives: (...answer) => this.#arrives(...answer),
    });
    this.#nature = {
      scheduler: this.#scheduler,
      card: this.#card,
      network: this.#network,
      life: { lives: false },
    };
  }

  async live(): Promise<Story> {
    enter(this.#nature);
    await startSqlite(seededRandom(this.#plan.seed * 16 + 5));
    const crashed = (error: unknown) => {
      this.#error = error;
    };
    process.on("unhandledRejection", crashed);
    try {
      return await this.#liveOut();
    } finally {
      process.off("unhandledRejection", crashed);
    }
  }

  async #liveOut(): Promise<Story> {
    const { steps } = this.#plan;
    for (const step of steps) this.#scheduler.after(step.at, () => this.#happen(step));
    this.#scheduler.after(0, () => this.#powerOn());
    this.#scheduler.after(UPLOAD_MS, () => this.#upload());
    const peaceAt = steps.reduce((last, step) => Math.max(last, endOf(step)), 0) + MINUTE;
    await this.#pass(peaceAt);
    await this.#makePeace();
    await this.#pass(peaceAt + PAIRED_WITHIN_MS);
    if (this.#pairedAfter === null)
      this.#ledger.break("not paired in time", `${this.#device?.state.authorization.at ?? "dead"}`);
    // Whatever was lost unseen is noticed at the next refresh.
    await this.#pass(this.#scheduler.now + this.#plan.accessLife * SECOND);
    this.#lookAround();
    await this.#endLife();
    const { violation } = this.#ledger;
    return {
      violation,
      virtualMs: this.#scheduler.now,
      lives: this.#lives,
      pairings: this.#pairings,
      refreshes: this.#refreshes,
      pairedAfter: this.#pairedAfter,
      happened: this.#happened,
      trace: this.#trace,
    };
  }

  /** Lets time pass until then, or until a rule is broken. */
  async #pass(until: number): Promise<void> {
    let since = this.#scheduler.now;
    let steps = 0;
    while (this.#ledger.violation === null && (await this.#scheduler.step(until))) {
      steps += 1;
      if (this.#scheduler.now - since > SECOND) [since, steps] = [this.#scheduler.now, 0];
      if (steps > BUSY_STEPS)
        this.#ledger.break("crash", `more than ${BUSY_STEPS} things happen in a second`);
      if (this.#error !== null) this.#ledger.break("crash", describe(this.#error));
      if (this.#death !== null) await this.#die(this.#death);
    }
  }

  // --- the process and its board -------------------------------------------------------------------------------

  #powerOn(): void {
    this.#bootedAt = this.#scheduler.now;
    if (!this.#plan.rtc) {
      this.#clockError = NO_CLOCK - BEGINNING - this.#scheduler.now;
      this.#scheduler.after(NTP_MS, () => this.#setClock(0));
    }
    this.#start();
  }

  #start(): void {
    const life: Life = { lives: true };
    this.#nature.life = life;
    this.#lives += 1;
    const device = new Device({
      clock: this.#clock(life),
      random: this.#chance,
      ledger: this.#ledger,
      secret: SECRET,
      stored: () => this.#lightFuse("stored"),
      silent: () => {
        const since = this.#scheduler.now - this.#stallEnds;
        if (life.lives && since > MINUTE) this.#ledger.break("slow card called silent", "it answers");
      },
      painted: (userCode) => life.lives && this.#painted(userCode),
      wiped: () => life.lives && this.#show(null),
      log: (line) => life.lives && this.#tell(line),
      fail: (error) => this.#fail(life, error),
    });
    this.#device = device;
    this.#tell(`life ${this.#lives} begins`);
    device.open().catch((error: unknown) => this.#fail(life, error));
  }

  /** As the service manager has it: a process that ends by an error is started again. */
  #fail(life: Life, error: unknown): void {
    if (life.lives) this.#error = error;
  }

  #clock(life: Life): SystemClock {
    const scheduler = this.#scheduler;
    const bootedAt = this.#bootedAt;
    /** Wall time of the boot, by the server. */
    let heard: number | null = null;
    const elapsed = () => scheduler.now - bootedAt;
    const wall = () => Math.floor(BEGINNING + scheduler.now + this.#clockError);
    return {
      elapsed,
      wall,
      onWake: () => () => {},
      wallTrusted: () =>
        heard === null
          ? this.#plan.rtc && this.#clockError === 0
          : Math.abs(wall() - elapsed() - heard) <= 120_000,
      after(ms, run) {
        const due = elapsed() + ms;
        let cancel = scheduler.after(ms, check);
        // Never sooner, as the system's: sums of fractions may fall short.
        function check(): void {
          const left = due - elapsed();
          if (left > 0) cancel = scheduler.after(Math.ceil(left), check);
          else if (life.lives) run();
        }
        return () => cancel();
      },
      heard: (told) => {
        heard = told - elapsed();
      },
    };
  }

  #setClock(error: number): void {
    this.#clockError = error;
  }

  /** Whether the process lives on when something reaches it. */
  #survives(): boolean {
    try {
      this.#called();
      return true;
    } catch {
      return false;
    }
  }

  /** Every call of the process on its card and its network. Throws where it is its last one, or comes after that. */
  #called(): void {
    const { life } = this.#nature;
    if (!life.lives) throw new CardError("EIO", "");
    const { stall } = this.#card.ailments;
    if (stall > 0) this.#stallEnds = this.#scheduler.now + stall;
    if (this.#fuse === null) return;
    this.#fuse.calls -= 1;
    if (this.#fuse.calls >= 0) return;
    const { power, ms } = this.#fuse;
    this.#fuse = null;
    this.#kill(power, ms);
    throw new CardError("EIO", "");
  }

  #kill(power: boolean, ms: number): void {
    if (this.#device === null) return;
    this.#nature.life.lives = false;
    this.#death = { power, ms };
  }

  async #die({ power, ms }: { readonly power: boolean; readonly ms: number }): Promise<void> {
    this.#death = null;
    this.#device = null;
    this.#shown = null;
    this.#tell(power ? "the power goes" : "the process is killed");
    this.#ledger.died();
    await closeConnections();
    await settled();
    if (power) this.#card.cutPower();
    this.#scheduler.after(power ? BOOT_MS + ms : RESTART_MS, () => (power ? this.#powerOn() : this.#start()));
  }

  async #endLife(): Promise<void> {
    this.#nature.life.lives = false;
    await closeConnections();
    await settled();
  }

  #restart(): void {
    const device = this.#device;
    if (device === null) return;
    const { life } = this.#nature;
    device.close().then(
      () => this.#kill(false, 0),
      (error: unknown) => this.#fail(life, error),
    );
  }

  // --- what happens --------------------------------------------------------------------------------------------

  #happen(step: Step): void {
    const { ailments } = this.#card;
    this.#happened[step.do] = (this.#happened[step.do] ?? 0) + 1;
    this.#tell(`${step.do} ${JSON.stringify(step)}`);
    const later = (ms: number, run: () => void) => this.#scheduler.after(ms, run);
    switch (step.do) {
      case "fault":
        this.#network.strike(step.rule);
        return;
      case "way":
        this.#network.way = step.way;
        later(step.ms, () => {
          this.#network.way = "open";
        });
        return;
      case "inform":
        this.#network.informs = step.requests;
        return;
      case "double":
        this.#network.doubles = step.requests;
        return;
      case "network changes":
        this.#device?.networkChanged();
        return;
      case "card breaks":
        ailments.broken = step.calls;
        return;
      case "card is full":
        ailments.full = true;
        later(step.ms, () => {
          ailments.full = false;
        });
        return;
      case "card is read-only":
        ailments.readOnly = true;
        later(step.ms, () => {
          ailments.readOnly = false;
        });
        return;
      case "card is slow":
        ailments.slow = step.sync;
        later(step.ms, () => {
          ailments.slow = this.#plan.wornSync;
        });
        return;
      case "card stalls":
        ailments.stall = step.stall;
        return;
      case "kill":
      case "power cut": {
        const fuse = { calls: step.calls, power: step.do === "power cut", ms: step.ms };
        if (step.from === "now") this.#fuse = fuse;
        else this.#waitingFuses.push({ from: step.from, fuse });
        return;
      }
      case "restart":
        this.#restart();
        return;
      case "clock":
        this.#setClock(step.error);
        later(step.ms, () => this.#setClock(0));
        return;
      case "press":
      case "cancel":
      case "unpair":
        if (step.on === "now") this.#act(step.do);
        else this.#waitingActs.push(step);
        return;
      case "deny":
        this.#denies += 1;
        return;
      case "forget":
        if (this.#frameio.devices().length === 0) return;
        this.#ledger.cause("forgotten at Frame.io");
        this.#frameio.forget();
        return;
      case "pause":
      case "resume":
        if (this.#frameio.devices().length > 0) this.#frameio[step.do]();
    }
  }

  #act(act: Act): void {
    if (act === "unpair") this.#unpaired = this.#device?.held ?? null;
    else this.#ledger.dismisses();
    this.#device?.[act]();
  }

  /** No fault is left, and a person is there. */
  async #makePeace(): Promise<void> {
    const { ailments } = this.#card;
    this.#tell("peace");
    this.#network.calm();
    Object.assign(ailments, { broken: 0, full: false, readOnly: false, slow: this.#plan.wornSync, stall: 0 });
    this.#setClock(0);
    this.#fuse = null;
    this.#waitingFuses = [];
    this.#waitingActs = [];
    this.#denies = 0;
    this.#peace = true;
    const since = this.#scheduler.now;
    const { offer, authorization } = this.#device?.state ?? {};
    if (authorization?.at === "absent" && offer?.at === "resting") this.#device?.press();
    const look = async () => {
      const answer = await this.#device?.token();
      const works = answer?.type === "token" && this.#works(answer.accessToken.reveal());
      if (works) this.#pairedAfter ??= this.#scheduler.now - since;
      else this.#scheduler.after(10 * SECOND, () => void look());
    };
    this.#scheduler.after(SECOND, () => void look());
  }

  /** A program on the device needs a token, and tells where it is refused. */
  #upload(): void {
    const device = this.#device;
    this.#scheduler.after(UPLOAD_MS, () => this.#upload());
    void device?.token().then((answer) => {
      if (answer.type === "token" && !this.#works(answer.accessToken.reveal()) && device === this.#device)
        device.tokenRefused(answer.accessToken);
    });
  }

  #works(access: string): boolean {
    try {
      this.#frameio.authorize(access, null);
      return true;
    } catch {
      return false;
    }
  }

  /** At the end. */
  #lookAround(): void {
    const held = this.#device?.held ?? null;
    for (const { credentials } of this.#frameio.devices())
      if (credentials.refresh !== null) this.#ledger.leftBehind(credentials.refresh, held);
    if (held === null) this.#ledger.break("not paired in time", "no longer paired at the end");
  }

  // --- the network and the person ------------------------------------------------------------------------------

  #leaves(sent: Sent): void {
    this.#called();
    const { call } = sent;
    this.#tell(`${call} leaves`);
    this.#ledger.leaves(sent);
    this.#lightFuse(call);
    const moment = call === "poll" && this.#approved ? "grant" : call;
    if (call === "poll") this.#approved = false;
    const acts = this.#waitingActs.filter(({ on }) => on === moment);
    this.#waitingActs = this.#waitingActs.filter((act) => !acts.includes(act));
    for (const act of acts) this.#scheduler.after(this.#person() * 200, () => this.#act(act.do));
  }

  #lightFuse(moment: string): void {
    const waiting = this.#waitingFuses.findIndex(({ from }) => from === moment);
    if (waiting >= 0) this.#fuse = this.#waitingFuses.splice(waiting, 1)[0]?.fuse ?? null;
  }

  #answers(sent: Sent, committed: boolean, status: number | null): void {
    if (!committed) {
      if (sent.call === "refresh" && status === 401) this.#ledger.cause("something between said no");
      return;
    }
    const [device] = this.#frameio.devices();
    const { credentials } = device ?? {};
    if (sent.call === "poll" && credentials?.refresh) this.#issued(credentials, null);
    if (sent.call === "refresh" && credentials?.refresh)
      this.#issued(credentials, sent.fields.get("refresh_token") ?? null);
  }

  #issued({ access, refresh }: { access: string; refresh: string | null }, spent: string | null): void {
    if (refresh !== null) this.#ledger.issued(access, refresh, spent);
  }

  #arrives(sent: Sent, status: number, body: string, genuine: boolean): boolean {
    if (!this.#survives()) return false;
    this.#tell(`${sent.call} is answered: ${status}`);
    this.#ledger.arrives(sent, status, body, genuine);
    const arrival = this.#ledger.arrival(sent, body);
    if (arrival === null) return true;
    if (sent.call === "poll") this.#pairings += 1;
    else this.#refreshes += 1;
    const device = this.#device;
    // Somebody may ask at any time, and so in this moment as well.
    this.#scheduler.after(0.5, () => void device?.token());
    this.#scheduler.after(1, () => {
      if (device === null || device !== this.#device) return;
      // What was held for a moment, and is being unpaired, is not dropped.
      this.#ledger.taken(arrival, arrival.refresh === this.#unpaired ? arrival.refresh : device.held);
    });
    return true;
  }

  #painted(userCode: string | null): void {
    this.#ledger.paints(this.#device?.held ?? null);
    this.#show(userCode);
  }

  #show(userCode: string | null): void {
    this.#ledger.shows(userCode);
    if (userCode === this.#shown) return;
    this.#shown = userCode;
    this.#tell(userCode === null ? "no code is shown" : "a code is shown");
    if (userCode === null) return;
    const deadline = this.#ledger.deadlineOf(userCode);
    const { life } = this.#nature;
    if (deadline !== null) {
      let shownLast = false;
      const left = deadline - this.#scheduler.now;
      this.#scheduler.after(left - 1, () => {
        shownLast = life.lives && this.#ledger.isShown(userCode);
      });
      const look = () => {
        const again = life.lives ? this.#ledger.dies(userCode, shownLast) : null;
        if (again !== null) this.#scheduler.after(again + 1, look);
      };
      // A timer that falls short by a fraction comes a millisecond late.
      this.#scheduler.after(left + 2, look);
    }
    const after = (2 + this.#person() * (this.#peace ? 10 : 100)) * SECOND;
    if (this.#peace || this.#person() < 0.7) this.#scheduler.after(after, () => this.#decide(userCode));
  }

  /** The person has typed the code. */
  #decide(userCode: string): void {
    if (this.#frameio.code(userCode)?.state !== "waiting") return;
    this.#tell("a person decides");
    if (this.#denies === 0) {
      this.#frameio.approve(userCode, undefined, null);
      this.#approved = true;
    } else {
      this.#denies -= 1;
      this.#frameio.deny(userCode);
    }
  }

  #tell(line: string): void {
    this.#trace.push(`${(this.#scheduler.now / SECOND).toFixed(3).padStart(12)}  ${line}`);
  }
}

const SECRET = "canary-client-secret";

/** When nothing of it is left, a process that it ended included. */
function endOf(step: Step): number {
  return step.at + ("ms" in step ? step.ms : 0);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
