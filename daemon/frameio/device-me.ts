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
  return judgeRecord(answer, (body) => verdict({ type: "device", device: deviceRecord(body) }));
}

function judgeRecord<V>(
  answer: Answer,
  read: (body: JsonObject) => Outcome<V>,
): Outcome<V | { readonly type: "unauthorized" }> {
  const reading = readAnswer(answer);
  if (reading.kind === "fault") return reading;
  if (reading.kind === "refusal")
    return bearerRefused(reading) ? verdict({ type: "unauthorized" }) : undocumented(reading);
  return reading.body === null ? fault("malformed", "device answer without a body") : read(reading.body);
}

/** What the record calls the device: its `device_id`, then its own `id` (API facts §3.6 leaves open which one counts). */
export type DeviceIdsVerdict =
  | { readonly type: "ids"; readonly ids: readonly string[] }
  | { readonly type: "unauthorized" };

export function judgeDeviceIds(answer: Answer): Outcome<DeviceIdsVerdict> {
  return judgeRecord(answer, (body) => {
    const ids = [readId(body.device_id), readId(body.id)].filter((id) => id !== null);
    return ids.length > 0 ? verdict({ type: "ids", ids }) : fault("malformed", "device answer without an id");
  });
}

function deviceRecord(body: JsonObject): DeviceRecord {
  const authorization = readObject(body.authorization);
  const mayCreate = readObject(authorization?.scopes)?.asset_create;
  return {
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
