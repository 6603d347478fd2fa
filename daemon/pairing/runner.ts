import type {
  AuthorizationRecord,
  StoredAuthorization,
  StoredEnd,
  Tokens,
} from "../contract/authorization.ts";
import type { Outcome, RevokeVerdict } from "../contract/verdicts.ts";
import type { Clock } from "../core/clock.ts";
import { Listeners } from "../core/listeners.ts";
import { Turns } from "../core/turns.ts";
import type { Frameio } from "../frameio/client.ts";
import type { Vault } from "../vault/vault.ts";
import type { Effect, Event } from "./events.ts";
import { step, wakeAt } from "./machine.ts";
import { initialState, type State } from "./state.ts";
import type { Settings } from "./turn.ts";

export interface RunnerPorts {
  readonly frameio: Frameio;
  readonly vault: Vault;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Known by the time of `boot`. */
  clientId(): string;
  settings(): Settings;
  /** Called after every step, in order, once its effects have begun and its tokens are on the disk. */
  observe(change: Change): void;
  /** The disk refused; the daemon goes on from memory. */
  storageFailed(error: unknown): void;
}

export interface Change {
  readonly before: State;
  readonly event: Event;
  readonly after: State;
}

/** How long a stop waits for answers that would be lost with the process: they may hold the only copy of a token. */
const GRACE_MS = 1_500;
/**
 * Tokens go to the disk before anyone is told of them: a picture takes the one thread for a tenth of a second, in which
 * a power cut would cost the pairing. A disk that takes longer than this keeps no used code on the screen.
 */
const SETTLING_MS = 2_000;
/** A timer that is late by this much is not late but lost, and so is an answer of Frame.io: every call is bounded. */
const STUCK_MS = 60_000;
/** What waits for the disk. A slow card may take minutes for what has gathered; one that hangs is the vault's to tell. */
const WRITES: readonly Effect["type"][] = ["store", "prepare-refresh", "leave", "forget", "record"];
/** An unpair does not wait longer than this for a network that is not there. */
const REVOKE_MS = 10_000;

/** What a stop does: nothing of it begins any more; nor so, but what has begun is waited for; done to its end. */
const AT_STOP: Readonly<Record<Effect["type"], "given up" | "waited for" | "done">> = {
  "request-code": "given up",
  "read-device": "given up",
  // Their answers may hold the only copy of a token.
  poll: "waited for",
  "prepare-refresh": "waited for",
  refresh: "waited for",
  store: "done",
  leave: "done",
  revoke: "done",
  forget: "done",
  record: "done",
};

/** The one door to effects: owns the machine's state, performs what it asks for and feeds the answers back. */
export class Runner {
  readonly #ports: RunnerPorts;
  readonly #stop = new AbortController();
  readonly #listeners = new Listeners();
  readonly #critical = new Set<Promise<void>>();
  /** What Frame.io is being asked, and since when. */
  readonly #underWay = new Map<Promise<void>, number>();
  #state: State = initialState;
  /** What nobody has been told of yet. */
  readonly #untold: Change[] = [];
  #settling: Promise<void> | null = null;
  #cancelTimer: () => void = () => {};
  #stopping = false;
  /** The vault's writes, one after the other in the order of the effects. */
  readonly #writes = new Turns();
  #leaving: Promise<{ revoked: boolean }> | null = null;

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
  }

  get state(): State {
    return this.#state;
  }

  /** While tokens are on their way to the disk, the end of that: until then, whatever can wait must. Else null. */
  get settling(): Promise<void> | null {
    return this.#settling;
  }

  /** Reads what is held and starts. An unreadable disk is an empty one: the vault says so itself. */
  async boot(): Promise<void> {
    const { vault, clientId } = this.#ports;
    let stored: AuthorizationRecord | null = null;
    let end: StoredEnd | null = null;
    try {
      stored = await this.#recall();
      if (stored === null) end = await vault.lastEnd(clientId());
    } catch (error) {
      this.#ports.storageFailed(error);
    }
    this.dispatch({ type: "booted", stored, end });
  }

  /** The disk answers again: takes up what it could not be asked for at the start. */
  async recover(): Promise<void> {
    if (this.#state.authorization.at !== "absent") return;
    const stored = await this.#recall();
    if (stored !== null && !this.#stopping) this.dispatch({ type: "found", stored });
  }

  async #recall(): Promise<AuthorizationRecord | null> {
    const { vault, frameio, clientId } = this.#ports;
    const stored = await vault.authorization(clientId());
    // A refresh in an encoding that the server does not take looks like the end of the authorization.
    if (stored?.bodyEncoding != null) frameio.recallEncoding(stored.bodyEncoding);
    return stored;
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  dispatch(event: Event): void {
    const { clock, random, settings } = this.#ports;
    const before = this.#state;
    const moment = {
      now: clock.elapsed(),
      wall: clock.wall(),
      wallTrusted: clock.wallTrusted(),
      random: random(),
      settings: settings(),
    };
    const { state, effects } = step(before, event, moment);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    this.#setTimer();
    if (state !== before) this.#untold.push({ before, event, after: state });
    if (this.#settling === null) this.#tell();
  }

  /** Unpairs; resolves when everything is forgotten here, to null where nothing was held. */
  async unpair(): Promise<{ readonly revoked: boolean } | null> {
    this.dispatch({ type: "unpair-requested" });
    return this.#leaving;
  }

  /** Whether nothing that fell due or was begun has been left lying for long: what the watchdog asks. */
  makesProgress(): boolean {
    const now = this.#ports.clock.elapsed();
    return Math.min(wakeAt(this.#state) ?? now, ...this.#underWay.values()) > now - STUCK_MS;
  }

  /** Lets nothing new begin, waits shortly for what may bring tokens, and for every write. */
  async close(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer();
    const { promise, cancel } = this.#delay(GRACE_MS);
    await Promise.race([Promise.allSettled([...this.#critical]), promise]);
    cancel();
    this.#stop.abort();
    await this.#writes.done();
  }

  #tell(): void {
    const changes = this.#untold.splice(0);
    if (changes.length === 0) return;
    for (const change of changes) this.#ports.observe(change);
    this.#listeners.tell();
  }

  #holdBack(settled: Promise<void>): void {
    const { promise, cancel } = this.#delay(SETTLING_MS);
    const settling = Promise.race([settled, promise]).then(() => {
      cancel();
      if (this.#settling !== settling) return;
      this.#settling = null;
      this.#tell();
    });
    this.#settling = settling;
  }

  #delay(ms: number): { promise: Promise<void>; cancel: () => void } {
    let cancel = () => {};
    const promise = new Promise<void>((resolve) => {
      cancel = this.#ports.clock.after(ms, resolve);
    });
    return { promise, cancel };
  }

  #setTimer(): void {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    const due = wakeAt(this.#state);
    if (due === null || this.#stopping) return;
    const pause = Math.max(0, due - this.#ports.clock.elapsed());
    this.#cancelTimer = this.#ports.clock.after(pause, () => this.dispatch({ type: "tick" }));
  }

  #perform(effect: Effect): void {
    const atStop = AT_STOP[effect.type];
    if (this.#stopping && atStop !== "done") return;
    const work = this.#answer(effect);
    if (!WRITES.includes(effect.type)) {
      this.#underWay.set(work, this.#ports.clock.elapsed());
      void work.finally(() => this.#underWay.delete(work));
    }
    if (effect.type === "store" && effect.answer === "settled") this.#holdBack(work);
    if (atStop === "given up") return;
    this.#critical.add(work);
    void work.finally(() => this.#critical.delete(work));
  }

  async #answer(effect: Effect): Promise<void> {
    const event = await this.#ask(effect);
    if (event !== null) this.dispatch(event);
  }

  async #ask(effect: Effect): Promise<Event | null> {
    const { frameio, clock, clientId } = this.#ports;
    const { signal } = this.#stop;
    switch (effect.type) {
      case "request-code": {
        const { number, insisting } = effect;
        return { type: "code-answered", number, outcome: await frameio.requestCode(signal, insisting) };
      }
      case "poll": {
        const { number, deviceCode } = effect;
        return { type: "poll-answered", number, outcome: await frameio.poll(deviceCode, signal) };
      }
      case "refresh": {
        const { number, refreshToken } = effect;
        return { type: "refresh-answered", number, outcome: await frameio.refresh(refreshToken, signal) };
      }
      case "read-device": {
        const { number, accessToken } = effect;
        const outcome = await frameio.device(accessToken, signal);
        return { type: "device-answered", number, accessToken, outcome };
      }
      case "store": {
        const { number, record, answer } = effect;
        await this.#write((vault) => this.#store(vault, record));
        return answer && { type: answer, number };
      }
      case "prepare-refresh": {
        const { number, record } = effect;
        const ok = await this.#write((vault) => vault.probe(this.#stored(record)));
        if (ok) return { type: "refresh-prepared", number, ok };
        const atStake = !this.#ports.vault.unsaved(clientId());
        return { type: "refresh-prepared", number, ok, atStake };
      }
      case "leave": {
        const leaving = this.#leave(effect.record);
        this.#leaving = leaving.then(({ unrevoked }) => ({ revoked: unrevoked === null }));
        const { unrevoked, forgotten } = await leaving;
        this.#leaving = null;
        return forgotten ? { type: "left", number: effect.number, unrevoked } : null;
      }
      case "revoke":
        await this.#revoke(effect.tokens);
        return null;
      case "forget":
        await this.#write((vault) => vault.forgetAuthorization(clientId(), effect.end));
        return null;
      case "record": {
        const { event, detail } = effect;
        await this.#write((vault) => vault.record({ at: clock.wall(), event, detail }));
        return null;
      }
    }
  }

  /** Why Frame.io could not be told, null where it was; and whether it is over with here. */
  async #leave(record: AuthorizationRecord): Promise<{ unrevoked: string | null; forgotten: boolean }> {
    const { clientId } = this.#ports;
    await this.#write((vault) => this.#store(vault, record));
    const outcome = await this.#revoke(record.current);
    // Cut off by a stop, it is no answer: the next start finds the record and revokes.
    if (outcome.kind === "fault" && this.#stop.signal.aborted)
      return { unrevoked: outcome.fault.detail, forgotten: false };
    await this.#write((vault) => vault.forgetAuthorization(clientId(), null));
    return { unrevoked: unrevokedBy(outcome), forgotten: true };
  }

  async #revoke(tokens: Tokens): Promise<Outcome<RevokeVerdict>> {
    const { clock, frameio } = this.#ports;
    const late = new AbortController();
    const cancel = clock.after(REVOKE_MS, () => late.abort());
    const signal = AbortSignal.any([this.#stop.signal, late.signal]);
    const outcome = await frameio.revoke(tokens.refreshToken ?? tokens.accessToken, signal);
    cancel();
    return outcome;
  }

  #store(vault: Vault, record: AuthorizationRecord): Promise<void> {
    return vault.storeAuthorization(this.#stored(record));
  }

  #stored(record: AuthorizationRecord): StoredAuthorization {
    const { clientId, frameio } = this.#ports;
    return { ...record, clientId: clientId(), bodyEncoding: frameio.bodyEncoding };
  }

  /** Resolves to whether the disk took it; never rejects. */
  #write(write: (vault: Vault) => Promise<void>): Promise<boolean> {
    return this.#writes.take(async () => {
      try {
        await write(this.#ports.vault);
        return true;
      } catch (error) {
        this.#ports.storageFailed(error);
        return false;
      }
    });
  }
}

function unrevokedBy(outcome: Outcome<RevokeVerdict>): string | null {
  if (outcome.kind === "fault") return outcome.fault.detail;
  return outcome.verdict.type === "revoked" ? null : outcome.verdict.error;
}
