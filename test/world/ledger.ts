/** Keeps account of what the device was given, promised and did, and of every rule that this breaks. */

import type { StoredAuthorization } from "../../daemon/contract/authorization.ts";
import { traceIn } from "../support/canary.ts";
import type { Sent } from "./nature/network.ts";

/** What may never happen. */
export type Rule =
  | "stored token lost"
  | "delivered token dropped"
  | "authorization ended without cause"
  | "refresh token used twice"
  | "refresh without intent on the card"
  | "token served before it was stored"
  | "picture before tokens were stored"
  | "secret out"
  | "dead code on the screen"
  | "code shown and not polled"
  | "poll too early"
  | "code requested too often"
  | "dismissed code paired"
  | "token used after an unpair"
  | "left behind at Frame.io"
  | "slow card called silent"
  | "crash"
  | "not paired in time";

export interface Violation {
  readonly rule: Rule;
  /** Virtual milliseconds since the world began. */
  readonly at: number;
  readonly detail: string;
}

/** Tokens as Frame.io issued them. */
interface Pair {
  readonly number: number;
  readonly access: string;
  readonly refresh: string;
  /** The refresh token that was spent for it; null for the first pair of an authorization. */
  readonly spent: string | null;
  /** When it reached the device; null while it has not. */
  arrivedAt: number | null;
}

interface Offered {
  readonly deadline: number;
  interval: number;
  polledAt: number | null;
  /** When its tokens came. */
  grantedAt: number | null;
}

/** A picture may come first where a card takes longer than this. */
const SETTLING_MS = 2_000;
/** How long an exchange with Frame.io can take. */
const EXCHANGE_MS = 20_000;

export class Ledger {
  violation: Violation | null = null;
  /** What is known to be on the card, at least; null where it need hold nothing. */
  #durable: StoredAuthorization | null = null;
  /** What is being unpaired. */
  #leaving: StoredAuthorization | null = null;
  readonly #now: () => number;
  readonly #pairs = new Map<string, Pair>();
  /** Access tokens that were written, or that the card refused; refresh tokens of pairs that the card holds or held. */
  readonly #settled = new Set<string>();
  readonly #kept = new Set<string>();
  /** Refresh tokens that Frame.io has refused. */
  readonly #refused = new Set<string>();
  readonly #revoked = new Set<string>();
  /** Tokens of an authorization whose unpair is on the card. */
  readonly #left = new Set<string>();
  /** Why the authorization may end; empty where nothing has happened to it. */
  readonly #causes = new Set<string>();
  /** Codes by device_code, and the device_code by user_code. */
  readonly #offered = new Map<string, Offered>();
  readonly #codes = new Map<string, string>();
  readonly #dismissed = new Set<string>();
  #requests: { readonly at: number; reached: boolean }[] = [];
  #polledAt = Number.NEGATIVE_INFINITY;
  #shown: string | null = null;
  /** Whether Frame.io wants no revocations for a while. */
  #noRevocations = false;
  /** When this life of the process began. */
  #bornAt = 0;
  #storageFails: () => boolean = () => false;

  /** @param now virtual milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  break(rule: Rule, detail: string): void {
    this.violation ??= { rule, at: this.#now(), detail };
  }

  // --- a process begins and ends ------------------------------------------------------------------------------

  /** @param storageFails whether the vault says that the card refuses */
  begin(storageFails: () => boolean): void {
    this.#storageFails = storageFails;
    this.#bornAt = this.#now();
    this.#requests = [];
    this.#polledAt = Number.NEGATIVE_INFINITY;
    this.#shown = null;
  }

  /** What was in memory alone is gone. */
  died(): void {
    const last = [...this.#pairs.values()].at(-1);
    if (last !== undefined && last.refresh !== this.#durable?.current.refreshToken?.reveal())
      this.#causes.add("the process ended before the last tokens were stored");
    // An unpair that no card knows of has not been.
    if (this.#durable?.leaving !== true) this.#leaving = null;
    this.#shown = null;
  }

  // --- at Frame.io ---------------------------------------------------------------------------------------------

  /** Something that Frame.io or a liar between ends the authorization with. */
  cause(why: string): void {
    this.#causes.add(why);
  }

  leaves(sent: Sent): void {
    const { call, fields } = sent;
    const bearer = sent.access ?? "";
    const refresh = fields.get("refresh_token") ?? "";
    if (call === "code") this.#requestLeaves();
    if (call === "poll") this.#pollLeaves(fields.get("device_code") ?? "");
    if (call === "revoke") {
      this.#revoked.add(fields.get("token") ?? "");
      this.#noRevocations = false;
    }
    if (call === "refresh") this.#refreshLeaves(refresh);
    if (call !== "revoke" && (this.#left.has(bearer) || this.#left.has(refresh)))
      this.break("token used after an unpair", `a call of ${call}`);
  }

  /** Frame.io has issued a pair. */
  issued(access: string, refresh: string, spent: string | null): void {
    if (this.#pairs.has(refresh)) return;
    const number = this.#pairs.size;
    this.#pairs.set(refresh, { number, access, refresh, spent, arrivedAt: null });
    this.#causes.add(LOST);
  }

  /** @param genuine whether it is what Frame.io answered */
  arrives(sent: Sent, status: number, body: string, genuine: boolean): void {
    const now = this.#now();
    const answer = read(sent, body);
    const code = fields(sent, "device_code");
    const last = this.#requests.at(-1);
    // A hotel's portal answers for Frame.io, which has heard nothing.
    const fromPortal = (status >= 300 && status < 400) || body.startsWith("<");
    if (sent.call === "code" && last !== undefined && !fromPortal) last.reached = true;
    if (sent.call === "code" && typeof answer.device_code === "string" && last !== undefined)
      this.#offer(answer, answer.device_code, last.at);
    if (sent.call === "revoke") this.#noRevocations = status === 429;
    const offered = this.#offered.get(code);
    if (answer.error === "slow_down" && offered !== undefined) offered.interval += 5_000;
    if (sent.call === "refresh" && (status === 400 || status === 401))
      this.#refused.add(fields(sent, "refresh_token"));
    const pair = this.#pairs.get(String(answer.refresh_token));
    if (!genuine || pair === undefined) return;
    pair.arrivedAt = now;
    if (sent.call === "poll" && offered !== undefined) offered.grantedAt = now;
    if ([...this.#pairs.values()].at(-1) === pair) this.#causes.delete(LOST);
    if (sent.call === "poll" && !this.#dismissed.has(code)) this.#causes.clear();
  }

  /** The pair that has just arrived, where one has, and whether its code had been dismissed. */
  arrival(sent: Sent, body: string): { readonly refresh: string; readonly dismissed: boolean } | null {
    const pair = this.#pairs.get(String(read(sent, body).refresh_token));
    return pair?.arrivedAt === this.#now()
      ? { refresh: pair.refresh, dismissed: this.#dismissed.has(fields(sent, "device_code")) }
      : null;
  }

  /** What has become of a pair that arrived. @param held the refresh token that the device holds now */
  taken({ refresh, dismissed }: { refresh: string; dismissed: boolean }, held: string | null): void {
    const { access = "" } = this.#pairs.get(refresh) ?? {};
    const revoked = this.#revoked.has(refresh) || this.#revoked.has(access);
    if (revoked) this.#causes.add("the device gave back what nobody wanted any more");
    if (held !== refresh && !revoked && !this.#noRevocations)
      this.break("delivered token dropped", "neither held nor revoked");
    if (held === refresh && dismissed)
      this.break("dismissed code paired", "an answer to an older code was taken");
  }

  // --- in the device -------------------------------------------------------------------------------------------

  /** The vault is asked to store it. */
  stores(authorization: StoredAuthorization): void {
    if (!authorization.leaving) return;
    this.#causes.add("someone unpaired");
    this.#leaving = authorization;
  }

  /** The vault says that it is stored; what the card refuses is in memory alone. */
  stored(authorization: StoredAuthorization): void {
    const { current, leaving } = authorization;
    this.#settled.add(current.accessToken.reveal());
    if (this.#storageFails()) return;
    this.#durable = authorization;
    const refresh = current.refreshToken?.reveal() ?? "";
    this.#kept.add(refresh);
    if (leaving) for (const token of [refresh, current.accessToken.reveal()]) this.#left.add(token);
  }

  forgets(): void {
    this.#durable = null;
    const { current = null } = this.#leaving ?? {};
    this.#leaving = null;
    const tokens = [current?.accessToken.reveal() ?? "", current?.refreshToken?.reveal() ?? ""];
    const revoked = tokens.some((token) => this.#revoked.has(token)) || this.#noRevocations;
    if (current !== null && !revoked) this.break("left behind at Frame.io", "unpaired and not revoked");
  }

  /** What the vault has found when it was asked. */
  found(authorization: StoredAuthorization | null): void {
    if (authorization !== null) this.#settled.add(authorization.current.accessToken.reveal());
    if (this.#storageFails() || this.#durable === null) return;
    const promised = this.#numberOf(this.#durable);
    const held = authorization === null ? -1 : this.#numberOf(authorization);
    if (held < promised) this.break("stored token lost", `pair ${promised} was stored, found is ${held}`);
    this.#durable = authorization;
  }

  ended(reason: string): void {
    if (this.#causes.size === 0) this.break("authorization ended without cause", reason);
  }

  served(access: string): void {
    if (!this.#settled.has(access)) this.break("token served before it was stored", "by the broker");
  }

  /** Someone wants another code, or none. */
  dismisses(): void {
    for (const code of this.#offered.keys()) this.#dismissed.add(code);
  }

  /** What is on the display from now on. @param userCode null for none */
  shows(userCode: string | null): void {
    this.#shown = userCode;
  }

  /** A picture is drawn. @param held the refresh token that the device holds */
  paints(held: string | null): void {
    const { arrivedAt = null, access = "" } = this.#pairs.get(held ?? "") ?? {};
    if (arrivedAt === null || arrivedAt < this.#bornAt || this.#settled.has(access)) return;
    // Time is a sum of fractions.
    const after = Math.round(this.#now() - arrivedAt);
    if (after < SETTLING_MS) this.break("picture before tokens were stored", `${after} ms after they came`);
  }

  /** When the code dies, by what the device was told; null for an unknown one. */
  deadlineOf(userCode: string): number | null {
    return this.#offered.get(this.#codes.get(userCode) ?? "")?.deadline ?? null;
  }

  /**
   * A code is dead. One whose tokens are on their way to the card stays on the screen for that long.
   *
   * @param shownLast whether it was on the screen to the last moment
   * @returns in how many milliseconds to look again; null for never
   */
  dies(userCode: string, shownLast: boolean): number | null {
    const offered = this.#offered.get(this.#codes.get(userCode) ?? "");
    const { polledAt = null, deadline = 0, grantedAt = null } = offered ?? {};
    if (this.#shown === userCode) {
      const left = grantedAt === null ? 0 : Math.ceil(grantedAt + SETTLING_MS - this.#now());
      if (left > 0) return left;
      this.break("dead code on the screen", `code ${userCode}`);
    }
    if (shownLast && (polledAt === null || polledAt < deadline - EXCHANGE_MS - 1))
      this.break(
        "code shown and not polled",
        `code ${userCode}, last polled at ${polledAt}, dead at ${deadline}`,
      );
    return null;
  }

  isShown(userCode: string): boolean {
    return this.#shown === userCode;
  }

  tells(where: string, text: string): void {
    if (traceIn(text) !== null) this.break("secret out", where);
  }

  /** At the end nobody is paired whom nobody holds. @param refresh of the device that Frame.io shows */
  leftBehind(refresh: string, held: string | null): void {
    const pair = this.#pairs.get(refresh);
    if (held === refresh || pair === undefined || this.#causes.size > 0) return;
    if (this.#revoked.has(refresh) || this.#revoked.has(pair.access)) return;
    this.break("left behind at Frame.io", `pair ${pair.number}`);
  }

  #numberOf({ current }: StoredAuthorization): number {
    return this.#pairs.get(current.refreshToken?.reveal() ?? "")?.number ?? -1;
  }

  #requestLeaves(): void {
    const now = this.#now();
    const last = this.#requests.at(-1);
    const least = last?.reached ? 1_000 : 250;
    if (last !== undefined && now - last.at < least - ROUNDING)
      this.break("code requested too often", `${now - last.at} ms after the last request`);
    this.#requests.push({ at: now, reached: false });
    for (const seconds of [10, 60, 600]) {
      const since = now - seconds * 1000 + ROUNDING;
      const recent = this.#requests.filter(({ at, reached }) => at > since && (reached || at === now)).length;
      if (recent > 5 + seconds / 10)
        this.break("code requested too often", `${recent} requests in ${seconds} s`);
    }
    if (this.#requests.length > 200) this.#requests.splice(0, 100);
  }

  #offer(answer: Record<string, unknown>, deviceCode: string, sentAt: number): void {
    const { expires_in: life, interval, user_code: userCode } = answer;
    if (typeof life !== "number" || typeof interval !== "number" || typeof userCode !== "string") return;
    this.#offered.set(deviceCode, {
      deadline: sentAt + life * 1000,
      interval: interval * 1000,
      polledAt: null,
      grantedAt: null,
    });
    this.#codes.set(userCode, deviceCode);
  }

  #pollLeaves(deviceCode: string): void {
    const now = this.#now();
    const offered = this.#offered.get(deviceCode);
    if (offered === undefined) return;
    const gap = now - Math.max(this.#polledAt, offered.polledAt ?? Number.NEGATIVE_INFINITY);
    if (gap < offered.interval - ROUNDING)
      this.break("poll too early", `${gap} ms after the last one, interval ${offered.interval} ms`);
    this.#polledAt = now;
    offered.polledAt = now;
  }

  #refreshLeaves(token: string): void {
    const successor = [...this.#pairs.values()].find(({ spent }) => spent === token);
    if (successor !== undefined && this.#kept.has(successor.refresh) && !this.#refused.has(successor.refresh))
      this.break("refresh token used twice", `its successor, pair ${successor.number}, was stored`);
    if (this.#storageFails()) return;
    const { current = null, previous = null, refreshBegun = null } = this.#durable ?? {};
    const known = [current, previous].some((tokens) => tokens?.refreshToken?.reveal() === token);
    if (!known || refreshBegun === null)
      this.break(
        "refresh without intent on the card",
        known ? "no time is noted" : "with tokens it does not hold",
      );
  }
}

const LOST = "tokens were issued and did not arrive";

/** Milliseconds: times here are no whole numbers. */
const ROUNDING = 0.01;

function fields(sent: Sent, name: string): string {
  return sent.fields.get(name) ?? "";
}

function read({ call }: Sent, body: string): Record<string, unknown> {
  if (call !== "code" && call !== "poll" && call !== "refresh") return {};
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
