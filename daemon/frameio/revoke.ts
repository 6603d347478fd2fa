import type { Outcome, RevokeVerdict } from "../contract/verdicts.ts";
import type { Secret } from "../core/secret.ts";
import { type Answer, readAnswer, refused, verdict } from "./answer.ts";
import { type ApiRequest, type Credentials, post } from "./request.ts";

/** `POST /v2/auth/revoke` (API facts §3.4; RFC 7009 §2.1); the token may be an access or a refresh token. */
export function revokeRequest({ clientId, clientSecret }: Credentials, token: Secret): ApiRequest {
  return post("/v2/auth/revoke", { client_id: clientId, client_secret: clientSecret, token });
}

/** Judged by its status: the documented bodies differ. */
export function judgeRevoke(answer: Answer): Outcome<RevokeVerdict> {
  const reading = readAnswer(answer);
  if (reading.kind === "fault") return reading;
  return reading.kind === "success" ? verdict({ type: "revoked" }) : refused(reading);
}
