import type { Call } from "./calls.ts";

interface Rate {
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
}

/** API facts §4.1: asset create 5 in 1000 ms; the values of other calls are unknown, within 100 a second. */
const ASSET_RATE: Rate = { limit: 5, window: 1000 };
const RATE: Rate = { limit: 100, window: 1000 };

export interface Drop {
  readonly allowed: boolean;
  /** The `x-ratelimit-*` headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Leaky buckets, one for each unit and call (API facts §4.1). */
export class RateLimits {
  readonly #levels = new Map<string, { level: number; at: number }>();

  /** @param now ms */
  pour(call: Call, clientId: string | null, now: number): Drop {
    const { limit, window } = call === "asset" ? ASSET_RATE : RATE;
    const key = `${call} ${clientId}`;
    const bucket = this.#levels.get(key) ?? { level: 0, at: now };
    const level = Math.max(0, bucket.level - (Math.max(0, now - bucket.at) * limit) / window);
    const allowed = level + 1 <= limit;
    this.#levels.set(key, { level: allowed ? level + 1 : level, at: now });
    const remaining = Math.max(0, Math.floor(limit - level - 1));
    return {
      allowed,
      headers: {
        "x-ratelimit-limit": String(limit),
        "x-ratelimit-remaining": String(remaining),
        "x-ratelimit-window": String(window),
      },
    };
  }
}
