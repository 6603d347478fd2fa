/**
 * What the modules that stand in for Node's and for sqlite3 find behind themselves: a module that is imported can't be
 * given anything else. There is one world at a time.
 */
import type { Card } from "./card.ts";
import type { Network } from "./network.ts";
import type { Scheduler } from "./scheduler.ts";

/** One life of the daemon's process. What is dead does nothing any more, and hears of nothing. */
export interface Life {
  lives: boolean;
}

export interface Nature {
  readonly scheduler: Scheduler;
  readonly card: Card;
  readonly network: Network;
  life: Life;
}

let current: Nature | null = null;

export function enter(nature: Nature): void {
  current = nature;
}

export function nature(): Nature {
  if (current === null) throw new Error("there is no world yet");
  return current;
}
