/** The tokens that are held: how old they are, and what is kept of them. Pure. */

import {
  type AuthorizationRecord,
  REFRESH_LIFE_MS,
  type StoredTokens,
  type Tokens,
} from "../contract/authorization.ts";
import type { Grant } from "./state.ts";
import type { Turn } from "./turn.ts";

export function withTokens(
  { number, device, refusedAt }: Pick<Grant, "number" | "device" | "refusedAt">,
  tokens: Tokens,
  previous: StoredTokens | null,
  turn: Turn,
): Grant {
  return {
    at: "held",
    number,
    current: { ...tokens, obtainedAt: turn.wall, clockTrusted: turn.wallTrusted },
    rotation: { at: "storing", previous },
    accessEnds: turn.now + tokens.expiresIn * 1000,
    refreshBegun: null,
    device,
    reading: { at: "rest" },
    readAt: turn.now,
    refresh:
      tokens.refreshToken === null
        ? { at: "never" }
        : { at: "due", when: turn.now + refreshPause(tokens, turn), failing: null },
    refusedAt,
  };
}

export function recordOf(grant: Grant): AuthorizationRecord {
  const { current, rotation, refreshBegun, device } = grant;
  return {
    current,
    previous: rotation.previous,
    refreshBegun,
    device: device?.record ?? null,
    leaving: false,
  };
}

/** When an access token ends that came in another life of this program; null where no clock can tell. */
export function endByClock({ obtainedAt, clockTrusted, expiresIn }: StoredTokens, turn: Turn): number | null {
  const known = clockTrusted && turn.wallTrusted && obtainedAt <= turn.wall;
  return known ? turn.now + obtainedAt + expiresIn * 1000 - turn.wall : null;
}

export function ageOf({ expiresIn }: Tokens, accessEnds: number, { now }: Turn): number {
  return expiresIn * 1000 - (accessEnds - now);
}

/** An access token may live longer than the refresh token that comes with it, which must not die meanwhile. */
export function usefulLife({ expiresIn }: Tokens): number {
  return Math.min(expiresIn * 1000, REFRESH_LIFE_MS / 2);
}

/** Between a half and three quarters of the access token's life: early enough for hours of bad network. */
export function refreshPause(tokens: Tokens, { random }: Turn): number {
  return usefulLife(tokens) * (0.5 + random / 4);
}
