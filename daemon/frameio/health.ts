import type { Outcome } from "../contract/verdicts.ts";
import { type Answer, fault, readAnswer, verdict } from "./answer.ts";
import { type ApiRequest, get } from "./request.ts";

export type HealthVerdict = { readonly type: "reachable" };

/** `GET /health` (API facts §3.6): no authorization, no side effect. */
export function healthRequest(): ApiRequest {
  return get("/health");
}

/** Any JSON object will do: `{"status":"ok"}` is documented, others are seen. */
export function judgeHealth(answer: Answer): Outcome<HealthVerdict> {
  const reading = readAnswer(answer);
  if (reading.kind === "fault") return reading;
  return reading.kind === "success" && reading.body !== null
    ? verdict({ type: "reachable" })
    : fault("malformed", `HTTP ${answer.status} without the documented health answer`);
}
