import type { Outcome, RefreshVerdict } from "../contract/verdicts.ts";
import type { Secret } from "../core/secret.ts";
import { type Answer, fault, readAnswer, refused, verdict } from "./answer.ts";
import { type ApiRequest, type Credentials, post } from "./request.ts";
import { readTokens } from "./token-response.ts";

/** `POST /v2/auth/token` for new tokens (API facts §3.3; RFC 6749 §6). The refresh token is spent by it. */
export function refreshRequest({ clientId, clientSecret }: Credentials, refreshToken: Secret): ApiRequest {
  const fields = {
    grant_type: "refresh_token",
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  };
  return { ...post("/v2/auth/token", fields), spends: true };
}

const ENDS = ["invalid_grant", "invalid_request"];

/**
 * Only the documented ends of an authorization end it: `invalid_grant`, `invalid_request` and 401 "Not Authorized".
 * Another refusal leaves it; an error with 200 is no verdict at all.
 */
export function judgeRefresh(answer: Answer): Outcome<RefreshVerdict> {
  const reading = readAnswer(answer);
  if (reading.kind === "fault") return reading;
  if (reading.kind === "success") {
    const tokens = readTokens(reading.body ?? {});
    if (tokens === null) return fault("malformed", "token answer without usable tokens");
    return verdict({ type: "refreshed", tokens });
  }
  const { status, error } = reading;
  const ended =
    (status === 400 && ENDS.includes(error.word)) ||
    (status === 401 && (ENDS.includes(error.word) || error.notAuthorized));
  return ended ? verdict({ type: "ended", error: error.word }) : refused(reading);
}
