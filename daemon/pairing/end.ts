/** How an authorization ends that the server, or time, takes away. Pure. */

import { REFRESH_LIFE_MS } from "../contract/authorization.ts";
import type { Effect } from "./events.ts";
import type { Absent, Ended } from "./state.ts";
import type { Turn } from "./turn.ts";

export function end(ended: Ended, turn: Turn): Absent {
  turn.do({ type: "record", event: "ended", detail: ended.reason });
  turn.do(forget(ended));
  return { at: "absent", ended };
}

/** Whether 14 days without a refresh have ended it, as far as a clock can tell; `at` is when the server said no. */
export function judgeEnd(at: number, obtainedAt: number | null, turn: Turn): Ended {
  const wallAt = turn.wallTrusted ? turn.wall - (turn.now - at) : null;
  const lastDay = obtainedAt === null ? null : obtainedAt + REFRESH_LIFE_MS;
  const ranOut = wallAt !== null && lastDay !== null && wallAt >= lastDay;
  return { reason: ranOut ? "ran-out" : "refused", wallAt: ranOut ? lastDay : wallAt, at, obtainedAt };
}

/** A clock that can be believed at last tells how old the tokens were. */
export function judgeAnew(absent: Absent, turn: Turn): Absent {
  const { ended } = absent;
  if (ended?.reason !== "refused" || ended.wallAt !== null || ended.at === null) return absent;
  const judged = judgeEnd(ended.at, ended.obtainedAt, turn);
  if (judged.wallAt !== null) turn.do(forget(judged));
  return { at: "absent", ended: judged };
}

export function ranOutNow({ now, wall, wallTrusted }: Turn): Ended {
  return { reason: "ran-out", wallAt: wallTrusted ? wall : null, at: now, obtainedAt: null };
}

function forget({ reason, wallAt }: Ended): Effect {
  return { type: "forget", end: { reason, at: wallAt } };
}
