import type { Clock } from "./core/clock.ts";
import { Secret } from "./core/secret.ts";
import type { Backend } from "./local/backend.ts";
import { brokerToken } from "./pairing/broker.ts";
import type { Runner } from "./pairing/runner.ts";
import type { Presenter } from "./screens/presenter.ts";
import type { StatusKeeper } from "./status/keeper.ts";
import type { Meters } from "./status/meters.ts";
import type { Vault } from "./vault/vault.ts";

export interface BackendParts {
  readonly runner: Runner;
  readonly status: StatusKeeper;
  readonly vault: Vault;
  readonly presenter: Presenter;
  readonly clock: Clock;
  readonly meters: Meters;
}

/** The daemon as the local API sees it. */
export function createBackend({ runner, status, vault, presenter, clock, meters }: BackendParts): Backend {
  return {
    snapshot: () => status.snapshot(),
    subscribe: (listener) => status.subscribe(listener),
    async pair() {
      runner.dispatch({ type: "pair-requested" });
    },
    async cancel() {
      runner.dispatch({ type: "cancel-requested" });
    },
    async unpair() {
      return (await runner.unpair()) ?? { revoked: true };
    },
    token: (minimumLife) => brokerToken(runner, clock, minimumLife),
    tokenRefused: (accessToken) =>
      runner.dispatch({ type: "token-refused", accessToken: new Secret(accessToken) }),
    screen: () => presenter.picture(),
    capabilities: () => presenter.capabilities(),
    history: (limit) => vault.history(limit),
    meters,
  };
}
