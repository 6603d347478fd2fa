import type { IncomingMessage } from "node:http";
import { type Static, type TObject, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type Answer, json, refused } from "./answers.ts";
import { parseFaultRule } from "./faults.ts";
import { isPaused, type ProjectDevice } from "./frameio.ts";
import { AdminError } from "./refusals.ts";
import { target } from "./requests.ts";
import type { Simulator } from "./simulator.ts";

const closed = { additionalProperties: false };
const OneCode = {
  userCode: Type.Optional(Type.String()),
  clientId: Type.Optional(Type.String()),
};
const Code = Type.Object(OneCode, closed);
const Approve = Type.Object(
  {
    ...OneCode,
    project: Type.Optional(Type.String()),
    /** ISO 8601; null for no end. */
    expiresAt: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
  closed,
);
const Device = Type.Object({ clientId: Type.Optional(Type.String()) }, closed);
const Expire = Type.Object({ ...Device.properties, expiresAt: Approve.properties.expiresAt }, closed);
const Rename = Type.Object({ project: Type.String(), name: Type.String() }, closed);
const Advance = Type.Object({ ms: Type.Integer({ minimum: 0 }) }, closed);
const AutoApprove = Type.Object({ after: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]) }, closed);

/** What `GET /_admin` answers. */
const HELP = {
  "GET /_admin/codes": "pairing codes",
  "GET /_admin/devices": "paired devices",
  "GET /_admin/projects": "projects",
  "GET /_admin/requests": "what devices asked; ?call= narrows it down",
  "GET /_admin/faults": "fault rules in force",
  "POST /_admin/approve": "{userCode?, clientId?, project?, expiresAt?}: the newest waiting code by default",
  "POST /_admin/deny": "{userCode?, clientId?}",
  "POST /_admin/auto-approve": "{after: seconds or null}",
  "POST /_admin/forget": "{clientId?}: the only paired device by default",
  "POST /_admin/pause": "{clientId?}",
  "POST /_admin/resume": "{clientId?}",
  "POST /_admin/expire": "{expiresAt, clientId?}: chooses the end of the authorization anew",
  "POST /_admin/rename-project": "{project, name}",
  "POST /_admin/advance": "{ms}: moves the server's clock forwards",
  "POST /_admin/faults": "a fault rule: {call, fault: {type, …}, clientId?, from?, count?, probability?}",
  "DELETE /_admin/faults": "takes all rules out of force; /_admin/faults/ID only one",
};

/** The `Simulator` interface as JSON over HTTP, in the same words, for people, shell scripts and tests in other processes. */
export function serveAdmin(request: IncomingMessage, body: Buffer, simulator: Simulator): Answer {
  const { path, query } = target(request);
  try {
    return json(200, run(`${request.method} ${path.replace(/\/$/, "")}`, query, body, simulator));
  } catch (error) {
    return refused(error);
  }
}

export function isAdminPath(path: string): boolean {
  return path === "/_admin" || path.startsWith("/_admin/");
}

function run(route: string, query: URLSearchParams, body: Buffer, simulator: Simulator): unknown {
  const fault = /^DELETE \/_admin\/faults\/(.+)$/.exec(route)?.[1];
  if (fault !== undefined) {
    simulator.faults.remove(fault);
    return {};
  }
  switch (route) {
    case "GET /_admin":
      return HELP;
    case "GET /_admin/codes":
      return simulator.codes();
    case "GET /_admin/devices":
      return simulator.devices().map(deviceView);
    case "GET /_admin/projects":
      return simulator.projects();
    case "GET /_admin/requests": {
      const call = query.get("call");
      return simulator.requests().filter((request) => call === null || request.call === call);
    }
    case "GET /_admin/faults":
      return simulator.faults.list();
    case "POST /_admin/approve": {
      const asked = parse(Approve, body);
      return simulator.approve({ ...asked, expiresAt: instant(asked.expiresAt ?? null) });
    }
    case "POST /_admin/deny":
      return simulator.deny(parse(Code, body));
    case "POST /_admin/auto-approve":
      simulator.autoApprove(parse(AutoApprove, body).after);
      return {};
    case "POST /_admin/forget":
      simulator.forget(parse(Device, body).clientId);
      return {};
    case "POST /_admin/pause":
      simulator.pause(parse(Device, body).clientId);
      return {};
    case "POST /_admin/resume":
      simulator.resume(parse(Device, body).clientId);
      return {};
    case "POST /_admin/expire": {
      const { expiresAt, clientId } = parse(Expire, body);
      simulator.expire(instant(expiresAt ?? null), clientId);
      return {};
    }
    case "POST /_admin/rename-project": {
      const { project, name } = parse(Rename, body);
      simulator.renameProject(project, name);
      return {};
    }
    case "POST /_admin/advance":
      simulator.advance(parse(Advance, body).ms);
      return { now: new Date(simulator.now()).toISOString() };
    case "POST /_admin/faults":
      return { id: simulator.faults.add(parseFaultRule(read(body))) };
    case "DELETE /_admin/faults":
      simulator.faults.clear();
      return {};
    default:
      throw new AdminError(`No "${route}". GET /_admin lists what there is.`);
  }
}

function parse<Schema extends TObject>(schema: Schema, body: Buffer): Static<Schema> {
  const value = read(body);
  if (Value.Check(schema, value)) return value;
  const error = Value.Errors(schema, value).First();
  throw new AdminError(`${error?.path || "the body"}: ${error?.message ?? "not understood"}.`);
}

function read(body: Buffer): unknown {
  try {
    return JSON.parse(body.length === 0 ? "{}" : body.toString("utf8"));
  } catch {
    throw new AdminError("The body is not JSON.");
  }
}

function instant(text: string | null): number | null {
  if (text === null) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new AdminError(`expiresAt: "${text}" is not a date.`);
  return at;
}

/** A device without its tokens. */
function deviceView(device: ProjectDevice): unknown {
  const { credentials, project, pauses, ...open } = device;
  return {
    ...open,
    project: project.name,
    paused: isPaused(device),
    accessExpiresAt: credentials.accessExpiresAt,
    refreshExpiresAt: credentials.refreshExpiresAt,
  };
}
