import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** The figures that a fleet's Prometheus collects; one registry a daemon. Names follow prometheus.io/docs/practices/naming. */
export class Meters {
  readonly registry = new Registry();

  readonly polls = this.#counter(
    "c2cd_polls_total",
    "Polls of the token endpoint while a code was on offer.",
  );
  readonly refreshes = this.#counter("c2cd_refreshes_total", "Refreshes by outcome.", ["outcome"]);
  readonly vaultErrors = this.#counter(
    "c2cd_vault_errors_total",
    "Reads and writes that the storage refused.",
  );
  readonly displayErrors = this.#counter("c2cd_display_errors_total", "Times that the display was lost.");
  readonly exchangeSeconds = new Histogram({
    name: "c2cd_api_exchange_seconds",
    help: "Time from sending a request to Frame.io to its verdict or fault.",
    labelNames: ["call", "outcome"],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** A gauge whose value is asked for at each scrape. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
