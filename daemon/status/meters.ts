import { FAULT_KINDS } from "../contract/verdicts.ts";

type Labels = Readonly<Record<string, string>>;

/** A figure as a scrape reads it. */
export interface Figure {
  /** Where it is not the meter's own. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** What is counted, by its labels. Plain: what writes it down for Prometheus is loaded when someone asks for it. */
export interface Meter {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "histogram";
  figures(): readonly Figure[];
}

export class Counter implements Meter {
  readonly type = "counter";
  readonly name: string;
  readonly help: string;
  readonly #figures = new Map<string, { readonly labels: Labels; value: number }>();

  /** @param known labels that are told as 0 before their first time, so that it is seen as a rise */
  constructor(name: string, help: string, known: readonly Labels[] = [{}]) {
    this.name = name;
    this.help = help;
    for (const labels of known) this.#figure(labels);
  }

  inc(labels: Labels = {}): void {
    this.#figure(labels).value += 1;
  }

  figures(): readonly Figure[] {
    return [...this.#figures.values()];
  }

  #figure(labels: Labels): { value: number } {
    return entry(this.#figures, labels, () => ({ labels, value: 0 }));
  }
}

interface Distribution {
  readonly labels: Labels;
  /** How many were at most as large as the bound of the same place. */
  readonly counts: number[];
  count: number;
  sum: number;
}

export class Histogram implements Meter {
  readonly type = "histogram";
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #distributions = new Map<string, Distribution>();

  /** @param bounds of the buckets, rising */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
  }

  observe(labels: Labels, value: number): void {
    const counts = this.#bounds.map(() => 0);
    const distribution = entry(this.#distributions, labels, () => ({ labels, counts, count: 0, sum: 0 }));
    this.#bounds.forEach((bound, place) => {
      if (value <= bound) distribution.counts[place] = (distribution.counts[place] ?? 0) + 1;
    });
    distribution.count += 1;
    distribution.sum += value;
  }

  figures(): readonly Figure[] {
    const { name } = this;
    return [...this.#distributions.values()].flatMap(({ labels, counts, count, sum }) => [
      ...[...counts, count].map((value, place) => ({
        metricName: `${name}_bucket`,
        labels: { le: this.#bounds[place] ?? "+Inf", ...labels },
        value,
      })),
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ]);
  }
}

function entry<T>(entries: Map<string, T>, labels: Labels, make: () => T): T {
  const key = JSON.stringify(labels);
  const made = entries.get(key) ?? make();
  entries.set(key, made);
  return made;
}

const REFRESH_CAUSES = [...FAULT_KINDS, "refused", "ended", "storage"];

/** The figures that a fleet's Prometheus collects. Names follow prometheus.io/docs/practices/naming. */
export class Meters {
  readonly polls = new Counter("c2cd_polls_total", "Polls of the token endpoint while a code was on offer.");
  readonly refreshes = new Counter("c2cd_refreshes_total", "Refreshes that brought new tokens.");
  readonly refreshFailures = new Counter(
    "c2cd_refresh_failures_total",
    "Refreshes that did not: a fault on the way, a refusal, the end of the authorization, or a storage that takes no writes.",
    REFRESH_CAUSES.map((cause) => ({ cause })),
  );
  readonly vaultErrors = new Counter("c2cd_vault_errors_total", "Reads and writes that the storage refused.");
  readonly displayErrors = new Counter("c2cd_display_errors_total", "Times that the display was lost.");
  readonly exchangeSeconds = new Histogram(
    "c2cd_api_exchange_seconds",
    "Time from sending a request to Frame.io to its verdict or fault.",
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  );

  all(): readonly Meter[] {
    return Object.values(this);
  }
}
