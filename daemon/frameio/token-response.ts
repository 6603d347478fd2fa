import type { Tokens } from "../contract/authorization.ts";
import { clamp, type JsonObject, readNumber, readSecret } from "./fields.ts";

/** Documented life of an access token (API facts §3.2), taken where the server does not say. */
const DEFAULT_LIFE_S = 28_800;
const SHORTEST_LIFE_S = 60;
const LONGEST_LIFE_S = 31_536_000;

/**
 * A token response (RFC 6749 §5.1). The tokens decide: behind them stands a person's consent or a refresh token that
 * is spent, so an odd `expires_in` is mended and never a reason to throw them away.
 *
 * @returns null where there is no access token of type bearer to use
 */
export function readTokens(body: JsonObject): Tokens | null {
  const accessToken = readSecret(body.access_token);
  const type = body.token_type ?? "bearer";
  if (accessToken === null || typeof type !== "string" || type.toLowerCase() !== "bearer") return null;
  const given = body.refresh_token ?? "";
  const refreshToken = given === "" ? null : readSecret(given);
  if (given !== "" && refreshToken === null) return null;
  const life = readNumber(body.expires_in) ?? DEFAULT_LIFE_S;
  return { accessToken, refreshToken, expiresIn: clamp(life, SHORTEST_LIFE_S, LONGEST_LIFE_S) };
}
