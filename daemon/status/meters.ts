import { Counter, Histogram, Registry } from "prom-client";
import { FAULT_KINDS } from "../contract/verdicts.ts";

/** The figures that a fleet's Prometheus collects; one registry a daemon. Names follow prometheus.io/docs/practices/naming. */
export class Meters {
  readonly registry = new Registry();

  readonly polls = this.#counter(
    "c2cd_polls_total",
    "Polls of the token endpoint while a code was on offer.",
  );
  readonly refreshes = this.#counter("c2cd_refreshes_total", "Refreshes that brought new tokens.");
  readonly refreshFailures = this.#counter(
    "c2cd_refresh_failures_total",
    "Refreshes that did not: a fault on the way, a refusal, the end of the authorization, or a storage that takes no writes.",
    ["cause"],
  );
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

  /** A cause that never came is told as 0, so that its first time is seen as a rise. */
  constructor() {
    for (const cause of [...FAULT_KINDS, "refused", "ended", "storage"])
      this.refreshFailures.inc({ cause }, 0);
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}
