/** What many worlds come to. */

import type { Finding } from "./explore.ts";
import type { Story } from "./world.ts";

const DAY_MS = 86_400_000;

export class Figures {
  #seeds = 0;
  #violations = 0;
  #virtualMs = 0;
  #lives = 0;
  #pairings = 0;
  #refreshes = 0;
  #longest = 0;
  readonly #happened = new Map<string, number>();

  add({ violation, virtualMs, lives, pairings, refreshes, pairedAfter, happened }: Story): void {
    this.#seeds += 1;
    this.#violations += violation === null ? 0 : 1;
    this.#virtualMs += virtualMs;
    this.#lives += lives;
    this.#pairings += pairings;
    this.#refreshes += refreshes;
    this.#longest = Math.max(this.#longest, pairedAfter ?? 0);
    for (const [kind, times] of Object.entries(happened))
      this.#happened.set(kind, (this.#happened.get(kind) ?? 0) + times);
  }

  lines(): string[] {
    const days = (this.#virtualMs / DAY_MS).toFixed(1);
    const befell = [...this.#happened].sort().map(([kind, times]) => `${times} ${kind}`);
    return [
      `${this.#seeds} seeds, ${days} simulated days, ${this.#lives} lives of the process, ` +
        `${this.#pairings} pairings, ${this.#refreshes} refreshes, ${this.#violations} violations`,
      `what befell them: ${befell.join(", ")}`,
      `paired again at the latest ${(this.#longest / 1000).toFixed(0)} s after the last fault`,
    ];
  }
}

/** A seed that fails, and the command that replays it. */
export function describeFinding({ seed, kept, of, steps, story }: Finding): string[] {
  const { violation } = story;
  return [
    `seed ${seed}: ${violation?.rule}: ${violation?.detail}`,
    `made small, from ${of} steps to ${kept.length}:`,
    ...steps.map((step) => `  ${JSON.stringify(step)}`),
    `npm run world -- --seed ${seed} --steps ${kept.join(",") || "-"}`,
  ];
}
