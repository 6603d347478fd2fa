import type { DeviceRecord, Project } from "../contract/authorization.ts";
import type { DeviceVerdict, Outcome } from "../contract/verdicts.ts";
import type { Secret } from "../core/secret.ts";
import { safeText } from "../core/text.ts";
import { type Answer, bearerRefused, fault, readAnswer, undocumented, verdict } from "./answer.ts";
import { type JsonObject, readId, readObject, readTime } from "./fields.ts";
import { type ApiRequest, get } from "./request.ts";

/** `GET /v2/devices/me` (API facts §3.5): the first call after every pairing and every refresh. */
export function deviceMeRequest(accessToken: Secret): ApiRequest {
  return get("/v2/devices/me", accessToken);
}

/** Documented limit of the device's name; the project's has none that is documented. */
const NAME_LIMIT = 255;

/** Every field may be missing, so a success is believed whatever is in it. */
export function judgeDeviceMe(answer: Answer): Outcome<DeviceVerdict> {
  const reading = readAnswer(answer);
  if (reading.kind === "fault") return reading;
  if (reading.kind === "refusal")
    return bearerRefused(reading) ? verdict({ type: "unauthorized" }) : undocumented(reading);
  if (reading.body === null) return fault("malformed", "device answer without a body");
  return verdict({ type: "device", device: deviceRecord(reading.body) });
}

function deviceRecord(body: JsonObject): DeviceRecord {
  const authorization = readObject(body.authorization);
  const mayCreate = readObject(authorization?.scopes)?.asset_create;
  return {
    ids: [readId(body.device_id), readId(body.id)].filter((id) => id !== null),
    name: safeText(body.name, NAME_LIMIT),
    project: readProject(body),
    authorizationExpiresAt: readTime(authorization?.expires_at),
    paused: body.status === "paused" || authorization?.status === "paused",
    canCreateAssets: typeof mayCreate === "boolean" ? mayCreate : null,
  };
}

function readProject(body: JsonObject): Project | null {
  const project = readObject(body.project);
  const id = readId(project?.id ?? body.project_id);
  const name = safeText(project?.name, NAME_LIMIT);
  return id === null || name === null ? null : { id, name };
}
