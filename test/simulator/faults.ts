import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { CALLS, type Call } from "./calls.ts";
import { AdminError } from "./refusals.ts";

/**
 * `commit` says whether the call takes effect on the server although its answer is spoilt: a refresh that is
 * committed and whose answer is lost has spent the device's token.
 */
const commit = Type.Optional(Type.Boolean());
const closed = { additionalProperties: false };

export const Fault = Type.Union([
  /** The right answer, `ms` late; with `commit` the effect comes first and the wait after it. */
  Type.Object({ type: Type.Literal("latency"), ms: Type.Integer({ minimum: 0 }), commit }, closed),
  /** The right answer, a byte at a time. */
  Type.Object({ type: Type.Literal("trickle"), msPerByte: Type.Integer({ minimum: 0 }) }, closed),
  /** Swallowed: the connection stays open and nothing ever comes. */
  Type.Object({ type: Type.Literal("hang"), commit }, closed),
  /** The connection is closed (FIN) without an answer. */
  Type.Object({ type: Type.Literal("drop"), commit }, closed),
  /** The connection is reset (RST) without an answer. */
  Type.Object({ type: Type.Literal("reset"), commit }, closed),
  /** Any status; the detailed error body unless another one is given. */
  Type.Object(
    {
      type: Type.Literal("status"),
      status: Type.Integer({ minimum: 200, maximum: 599 }),
      headers: Type.Optional(Type.Record(Type.String(), Type.String())),
      body: Type.Optional(Type.String()),
      commit,
    },
    closed,
  ),
  /** 429; `retryAfter` as `Retry-After` says it (seconds or a date), `window` in ms as `x-ratelimit-window`. */
  Type.Object(
    {
      type: Type.Literal("rate-limited"),
      retryAfter: Type.Optional(Type.Union([Type.Number(), Type.String()])),
      window: Type.Optional(Type.Integer({ minimum: 1 })),
    },
    closed,
  ),
  /** 200 and the sign-in page of a hotel. */
  Type.Object({ type: Type.Literal("captive-portal") }, closed),
  /** 302 to somewhere else. */
  Type.Object({ type: Type.Literal("redirect"), location: Type.Optional(Type.String()) }, closed),
  /** The call took effect; half of the answer comes, then the connection ends. */
  Type.Object({ type: Type.Literal("truncated") }, closed),
  /** The call took effect; half of the answer comes as if it were whole. */
  Type.Object({ type: Type.Literal("malformed") }, closed),
  /** The call took effect; the answer is padded to this many bytes (1 MiB). */
  Type.Object(
    { type: Type.Literal("oversized"), bytes: Type.Optional(Type.Integer({ minimum: 1 })) },
    closed,
  ),
  /** The call took effect; every member of the answer has another JSON type. */
  Type.Object({ type: Type.Literal("wrong-types") }, closed),
  /** The call took effect; these members replace those of the answer, null and all. */
  Type.Object({ type: Type.Literal("content"), members: Type.Record(Type.String(), Type.Unknown()) }, closed),
  /** The call took effect; these members are missing from the answer. */
  Type.Object({ type: Type.Literal("without"), members: Type.Array(Type.String()) }, closed),
  /** 400 with the simple schema: `invalid_client`, `slow_down`, `authorization_pending`, … */
  Type.Object(
    {
      type: Type.Literal("refusal"),
      error: Type.String(),
      members: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      commit,
    },
    closed,
  ),
  /** The literal 401. */
  Type.Object({ type: Type.Literal("not-authorized"), commit }, closed),
]);

export type Fault = Static<typeof Fault>;

/** A message on the websocket can't be hit by itself: hit the handshake, or cut the connection. */
const STRUCK = CALLS.filter((call) => call !== "frame");

export const FaultRule = Type.Object(
  {
    /** Which call, or "any" call of the API. */
    call: Type.Union([Type.Literal("any"), ...STRUCK.map((call) => Type.Literal(call))]),
    fault: Fault,
    /** Only for this unit. */
    clientId: Type.Optional(Type.String()),
    /** The first matching request that it may hit; 1 is the next one. */
    from: Type.Optional(Type.Integer({ minimum: 1 })),
    /** How many requests it hits; without it there is no end. */
    count: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Chance of hitting a matching request, drawn from the seeded generator; 1 by default. */
    probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  },
  closed,
);

export type FaultRule = Static<typeof FaultRule>;

/** A rule with what became of it. */
export interface ActiveRule {
  readonly id: string;
  readonly rule: FaultRule;
  /** Requests that matched call and unit. */
  readonly matched: number;
  /** Requests that it hit. */
  readonly hit: number;
}

/** The rules that are in force. They are tried in the order of their arrival; the first that hits wins. */
export class Faults {
  readonly #rules = new Map<string, { rule: FaultRule; matched: number; hit: number }>();
  readonly #random: () => number;
  #lastId = 0;

  /** @param seed of the generator behind `probability` */
  constructor(seed: number) {
    this.#random = mulberry32(seed);
  }

  /** Puts a rule in force and returns its id. */
  add(rule: FaultRule): string {
    this.#lastId += 1;
    const id = `f${this.#lastId}`;
    this.#rules.set(id, { rule, matched: 0, hit: 0 });
    return id;
  }

  remove(id: string): void {
    if (!this.#rules.delete(id)) throw new AdminError(`No fault rule "${id}".`);
  }

  clear(): void {
    this.#rules.clear();
  }

  list(): ActiveRule[] {
    return [...this.#rules].map(([id, entry]) => ({ id, ...entry }));
  }

  /** The fault that befalls this request; null for none. */
  strike(call: Call, clientId: string | null): { readonly id: string; readonly fault: Fault } | null {
    for (const [id, entry] of this.#rules) {
      const { rule } = entry;
      if (rule.call !== "any" && rule.call !== call) continue;
      if (rule.clientId !== undefined && rule.clientId !== clientId) continue;
      entry.matched += 1;
      if (entry.matched < (rule.from ?? 1) || entry.hit >= (rule.count ?? Infinity)) continue;
      if (rule.probability !== undefined && this.#random() >= rule.probability) continue;
      entry.hit += 1;
      return { id, fault: rule.fault };
    }
    return null;
  }
}

/** @throws AdminError that says what is wrong with the rule */
export function parseFaultRule(value: unknown): FaultRule {
  if (Value.Check(FaultRule, value)) return value;
  const { call, fault } = Object(value) as { call?: unknown; fault?: unknown };
  if (!Value.Check(FaultRule.properties.call, call)) {
    throw new AdminError(`call: one of any, ${STRUCK.join(", ")}.`);
  }
  const { type } = Object(fault) as { type?: unknown };
  const kind = Fault.anyOf.find((one) => one.properties.type.const === type);
  if (!kind) {
    const types = Fault.anyOf.map((one) => one.properties.type.const);
    throw new AdminError(`fault.type: one of ${types.join(", ")}.`);
  }
  const error = Value.Errors(kind, fault).First() ?? Value.Errors(FaultRule, value).First();
  throw new AdminError(`Not a fault rule: ${error?.path}: ${error?.message}.`);
}

/** Tommy Ettinger's 32-bit generator: small, good enough for choosing faults, the same on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
