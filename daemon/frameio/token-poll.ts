import type { Outcome, PollVerdict } from "../contract/verdicts.ts";
import type { Secret } from "../core/secret.ts";
import { type Answer, fault, readAnswer, refused, verdict } from "./answer.ts";
import { readInterval } from "./fields.ts";
import { type ApiRequest, type Credentials, post } from "./request.ts";
import { readTokens } from "./token-response.ts";

/** `POST /v2/auth/token` for a device_code (API facts §3.2; RFC 8628 §3.4). */
export function tokenPollRequest({ clientId, clientSecret }: Credentials, deviceCode: Secret): ApiRequest {
  return post("/v2/auth/token", {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    client_id: clientId,
    client_secret: clientSecret,
    device_code: deviceCode,
  });
}

/**
 * The words of RFC 8628 §3.5 count with 200 as well as with 400 and 401: at worst a code is polled once too often.
 * Any other error with 200 is no verdict.
 */
export function judgeTokenPoll(answer: Answer): Outcome<PollVerdict> {
  const reading = readAnswer(answer);
  if (reading.kind === "fault") return reading;
  if (reading.kind === "success") {
    const tokens = readTokens(reading.body ?? {});
    if (tokens === null) return fault("malformed", "token answer without usable tokens");
    return verdict({ type: "granted", tokens });
  }
  switch (reading.error.word) {
    case "authorization_pending":
      return verdict({ type: "pending" });
    case "slow_down":
      return verdict({ type: "slow-down", interval: readInterval(reading.body.interval) });
    case "expired_token":
    case "invalid_grant":
      return verdict({ type: "expired" });
    case "access_denied":
      return verdict({ type: "denied" });
  }
  return refused(reading);
}
