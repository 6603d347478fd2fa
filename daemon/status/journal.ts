import type { Problem, Severity } from "../contract/problems.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import { duration } from "../core/text.ts";

const LEVELS = { error: "error", warning: "warn", info: "info" } as const satisfies Record<Severity, string>;

/** Writes down each problem as it comes, or is told with another detail, and as it goes. */
export function problemJournal(
  log: Pick<Logger, "error" | "warn" | "notice" | "info">,
  clock: Pick<Clock, "elapsed">,
): (health: readonly Problem[]) => void {
  const standing = new Map<Problem["code"], { readonly detail: string | null; readonly since: number }>();
  return (health) => {
    const now = clock.elapsed();
    for (const [code, { since }] of standing) {
      if (health.some((problem) => problem.code === code)) continue;
      standing.delete(code);
      log.notice(`over after ${duration((now - since) / 1000)}: ${code}`);
    }
    for (const { code, severity, text, action, detail } of health) {
      const before = standing.get(code);
      if (before?.detail === detail) continue;
      standing.set(code, { detail, since: before?.since ?? now });
      log[LEVELS[severity]](`${code}: ${text} ${detail ?? action}`);
    }
  };
}
