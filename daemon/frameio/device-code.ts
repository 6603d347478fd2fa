import type { CodeVerdict, Outcome } from "../contract/verdicts.ts";
import { safeText } from "../core/text.ts";
import { type Answer, fault, readAnswer, refused, verdict } from "./answer.ts";
import {
  clamp,
  type JsonObject,
  readInterval,
  readNumber,
  readSecret,
  readVerificationUri,
  type VerificationHosts,
} from "./fields.ts";
import { type ApiRequest, type Credentials, post } from "./request.ts";

/** `POST /v2/auth/device/code` (API facts §3.1; RFC 8628 §3.1). */
export function deviceCodeRequest(
  { clientId, clientSecret }: Credentials,
  scope: string,
  urlPairing: boolean,
): ApiRequest {
  return {
    ...post("/v2/auth/device/code", { client_id: clientId, client_secret: clientSecret, scope }),
    headers: urlPairing ? { "x-client-platypus-enabled": "true" } : {},
  };
}

/** Documented at most 120 s; a longer life is believed up to here. */
const LONGEST_LIFE_S = 1800;

/** RFC 8628 §3.2 says when nothing else is said. */
const DEFAULT_INTERVAL_S = 5;

const NAME_LIMIT = 255;

/** A code is offered only if it can be shown and polled: six digits, a device_code and a life (API facts §10.2). */
export function judgeDeviceCode(answer: Answer, hosts: VerificationHosts): Outcome<CodeVerdict> {
  const reading = readAnswer(answer);
  if (reading.kind === "fault") return reading;
  if (reading.kind === "refusal") return refused(reading);
  return offeredCode(reading.body ?? {}, hosts);
}

/** What a server says that could not read the form; the words of the detailed schema beside RFC 6749 §5.2's. */
const MISREAD = /^(invalid[ _]request|bad request|invalid argument|unprocessable|unsupported media type)/i;

/** And what it means by its status alone (RFC 9110 §15.5.1, §15.5.16, §15.5.21). */
const MISREAD_STATUS = [400, 415, 422];

/** Whether another encoding of the same request may be answered better. */
export function seemsMisread(answer: Answer): boolean {
  const reading = readAnswer(answer);
  if (reading.kind === "refusal") return MISREAD.test(reading.error.word);
  return (
    reading.kind === "fault" && reading.fault.kind === "status" && MISREAD_STATUS.includes(answer.status)
  );
}

function offeredCode(body: JsonObject, hosts: VerificationHosts): Outcome<CodeVerdict> {
  const deviceCode = readSecret(body.device_code);
  if (deviceCode === null) return fault("malformed", "code answer without a usable device_code");
  const userCode = body.user_code;
  if (typeof userCode !== "string" || !/^[0-9]{6}$/.test(userCode))
    return fault("malformed", "code answer whose user_code is not six digits");
  const expiresIn = readNumber(body.expires_in);
  if (expiresIn === null || expiresIn <= 0)
    return fault("malformed", "code answer without a usable expires_in");
  // The integrator checklist says `url` where the reference and RFC 8628 say `uri` (API facts §12).
  const address = (uri: unknown, url: unknown) =>
    readVerificationUri(uri, hosts) ?? readVerificationUri(url, hosts);
  return verdict({
    type: "offered",
    code: {
      deviceCode,
      userCode,
      verificationUri: address(body.verification_uri, body.verification_url),
      verificationUriComplete: address(body.verification_uri_complete, body.verification_url_complete),
      expiresIn: clamp(expiresIn, 0, LONGEST_LIFE_S),
      interval: readInterval(body.interval) ?? DEFAULT_INTERVAL_S,
      deviceName: safeText(body.name, NAME_LIMIT),
    },
  });
}
