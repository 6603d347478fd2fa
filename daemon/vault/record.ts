import type { StoredAuthorization, StoredTokens } from "../contract/authorization.ts";
import { Secret } from "../core/secret.ts";

/** An authorization as text, to be sealed: the same for the same authorization. The tokens are in the clear in it. */
export function serialize(authorization: StoredAuthorization): string {
  const { current, previous, refreshBegun, device, leaving, bodyEncoding } = authorization;
  return JSON.stringify({
    current: serializeTokens(current),
    previous: previous && serializeTokens(previous),
    refreshBegun,
    device: device && {
      ids: device.ids,
      name: device.name,
      project: device.project && { id: device.project.id, name: device.project.name },
      authorizationExpiresAt: device.authorizationExpiresAt,
      paused: device.paused,
      canCreateAssets: device.canCreateAssets,
    },
    leaving,
    bodyEncoding,
  });
}

/** Reads what `serialize` has written; a seal that held is proof enough that it is whole. */
export function parse(clientId: string, text: string): StoredAuthorization {
  const { current, previous, refreshBegun, device, leaving, bodyEncoding } = JSON.parse(text) as Plain;
  return {
    clientId,
    current: parseTokens(current),
    previous: previous && parseTokens(previous),
    refreshBegun,
    // Earlier versions kept neither ids nor encoding.
    device: device && { ...device, ids: device.ids ?? [] },
    leaving,
    bodyEncoding: bodyEncoding ?? null,
  };
}

interface Plain extends Omit<StoredAuthorization, "clientId" | "current" | "previous"> {
  readonly current: PlainTokens;
  readonly previous: PlainTokens | null;
}

interface PlainTokens extends Omit<StoredTokens, "accessToken" | "refreshToken"> {
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

function serializeTokens(tokens: StoredTokens): PlainTokens {
  return {
    accessToken: tokens.accessToken.reveal(),
    refreshToken: tokens.refreshToken?.reveal() ?? null,
    expiresIn: tokens.expiresIn,
    obtainedAt: tokens.obtainedAt,
    clockTrusted: tokens.clockTrusted,
  };
}

function parseTokens(plain: PlainTokens): StoredTokens {
  return {
    ...plain,
    accessToken: new Secret(plain.accessToken),
    refreshToken: plain.refreshToken === null ? null : new Secret(plain.refreshToken),
  };
}
