import type { StoredAuthorization } from "../contract/authorization.ts";
import { Secret } from "../core/secret.ts";

/** The members that are secrets. */
const TOKENS = ["accessToken", "refreshToken"];

/** An authorization as text, to be sealed: the same for the same authorization. The tokens are in the clear in it. */
export function serialize({ clientId: _, ...authorization }: StoredAuthorization): string {
  return JSON.stringify(authorization, function (this: Record<string, unknown>, name, value) {
    const member = this[name];
    return member instanceof Secret ? member.reveal() : value;
  });
}

/** Reads what `serialize` has written; a seal that held is proof enough that it is whole. */
export function parse(clientId: string, text: string): StoredAuthorization {
  const {
    device,
    bodyEncoding = null,
    ...rest
  } = JSON.parse(text, (name, value) =>
    TOKENS.includes(name) && typeof value === "string" ? new Secret(value) : value,
  );
  // Earlier versions kept neither ids nor encoding.
  return { clientId, ...rest, device: device && { ids: [], ...device }, bodyEncoding };
}
