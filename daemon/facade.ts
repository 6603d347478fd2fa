import type { Clock } from "./core/clock.ts";
import { Secret } from "./core/secret.ts";
import type { Backend } from "./local/backend.ts";
import { brokerToken } from "./pairing/broker.ts";
import type { Runner } from "./pairing/runner.ts";
import type { Presenter } from "./screens/presenter.ts";
import type { StatusKeeper } from "./status/keeper.ts";
import type { Meters } from "./status/meters.ts";
import type { Vault } from "./vault/vault.ts";
import type { Audience } from "./watch/audience.ts";

export interface BackendParts {
  readonly audience: Audience;
  readonly runner: Runner;
  readonly status: StatusKeeper;
  readonly vault: Vault;
  readonly presenter: Presenter;
  readonly clock: Clock;
  readonly meters: Meters;
  /** As `governing` gives it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The daemon as the local API sees it. */
export function createBackend(parts: BackendParts): Backend {
  const { audience, runner, status, vault, presenter, clock, meters, environment } = parts;
  return {
    snapshot: () => status.snapshot(),
    subscribe: (listener) => status.subscribe(listener),
    glance: () => audience.glance(),
    stay: () => audience.stay(),
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
    uploadRefused: () => runner.dispatch({ type: "device-doubted" }),
    screen: () => presenter.picture(),
    capabilities: () => presenter.capabilities(),
    demos: () => presenter.demos(),
    demonstrate: (name) => presenter.demonstrate(name),
    history: (limit) => vault.history(limit),
    environment: () => environment,
    meters,
  };
}
