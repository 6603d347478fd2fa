import type { HeartbeatVerdict, Outcome } from "../contract/verdicts.ts";
import type { Secret } from "../core/secret.ts";
import { type Answer, bearerRefused, readAnswer, undocumented, verdict } from "./answer.ts";
import { type ApiRequest, post } from "./request.ts";

/** `POST /v2/devices/heartbeat` (API facts §3.6): from once a minute to once in five. */
export function heartbeatRequest(accessToken: Secret): ApiRequest {
  return post("/v2/devices/heartbeat", null, accessToken);
}

/** 204 is documented; a body is let pass. */
export function judgeHeartbeat(answer: Answer): Outcome<HeartbeatVerdict> {
  const reading = readAnswer(answer);
  if (reading.kind === "fault") return reading;
  if (reading.kind === "success") return verdict({ type: "accepted" });
  return bearerRefused(reading) ? verdict({ type: "unauthorized" }) : undocumented(reading);
}
