import { type Adapter, type ClientMetadata, errors, Provider } from "oidc-provider";
import { RESOURCE_SERVER, type Settings } from "./settings.ts";
import type { Store } from "./store.ts";

const GRANT_TYPES = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"];

/** oidc-provider with the device grant and refresh token rotation; its own pages for people, any login is good. */
export function createProvider(settings: Settings, store: Store): Provider {
  const { url, secret, units, codeLife, accessLife, refreshLife, pace } = settings;
  const client = (client_id: string, grant_types: string[]): ClientMetadata => ({
    client_id,
    client_secret: secret,
    grant_types,
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: "client_secret_post",
  });
  const provider = new Provider(url, {
    adapter: (model) => {
      const adapter = store.adapter(model);
      return model === "DeviceCode" ? paced(adapter, pace * 1000) : adapter;
    },
    clients: [...units.map((unit) => client(unit, GRANT_TYPES)), client(RESOURCE_SERVER, [])],
    clientAuthMethods: ["client_secret_post"],
    scopes: ["asset_create", "offline_access"],
    rotateRefreshToken: true,
    features: {
      deviceFlow: { enabled: true, charset: "digits", mask: "******" },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    findAccount: (_, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    ttl: {
      AccessToken: accessLife,
      DeviceCode: codeLife,
      Grant: refreshLife,
      RefreshToken: refreshLife,
      Interaction: codeLife,
      Session: codeLife,
    },
  });
  // People and devices see the address of what is in front of it.
  provider.proxy = true;
  return provider;
}

/** oidc-provider has the word of RFC 8628 §3.5 for who polls too fast, and leaves the measuring to its host. */
function paced(adapter: Adapter, pace: number): Adapter {
  const polled = new Map<string, number>();
  return {
    ...adapter,
    find: async (id) => {
      if (Provider.ctx?.oidc.route === "token") {
        const last = polled.get(id) ?? Number.NEGATIVE_INFINITY;
        polled.set(id, performance.now());
        if (performance.now() - last < pace) throw new errors.SlowDown();
      }
      return adapter.find(id);
    },
  };
}
