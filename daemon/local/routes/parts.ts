import type { Static, TSchema } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import type { FastifyRequest } from "fastify";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/log.ts";
import type { Language } from "../../texts/languages.ts";
import type { Audience } from "../app.ts";
import type { Backend } from "../backend.ts";
import { ApiProblem } from "../problems.ts";
import { ProblemSchema } from "../schemas.ts";
import type { Visitors } from "../visitors.ts";

/** What the routes are made with. */
export interface RouteParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audience: Audience;
  /** Whether the TCP listener may change anything. */
  readonly allowActions: boolean;
  /** Who is let in with a PIN or by the button; null where the page is for this machine alone. */
  readonly visitors: Visitors | null;
  /** What the page speaks to readers who ask for none of its languages. */
  readonly language: Language;
  /** What proves that a form came from our own page. */
  readonly formToken: string;
  /** The OpenAPI document of these routes. */
  openApi(): Promise<object>;
}

/** A named component, by reference. */
export function ref<T extends TSchema & { $id?: string }>(schema: T) {
  return Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });
}

function content(type: string, schema: TSchema, description: string) {
  return { description, content: { [type]: { schema } } };
}

/** The answers of a route for its schema: the good one, and problem details for all others. */
export function answers(status: 200 | 202, schema: TSchema, type = "application/json") {
  return { [status]: content(type, schema, "Done."), ...PROBLEMS };
}

/** The answers of a route that answers with no body. */
export const NO_CONTENT = { 204: { type: "null", description: "Noted." } };

export const PROBLEMS = {
  default: content("application/problem+json", ref(ProblemSchema), "A problem (RFC 9457)."),
};

/** Goes before what only the socket serves. */
export function socketOnly({ audience }: RouteParts): () => Promise<void> {
  return async () => {
    if (audience.kind === "tcp")
      throw new ApiProblem(
        "socket-only",
        "This is answered on the control socket alone, for programs of this device.",
      );
  };
}

const PASS = /(?:^|;\s*)c2cd-pass=([\w-]{1,64})(?:;|$)/;

/** What `isStranger` knows a visitor by from then on. Of this site and this session alone, and out of scripts' reach. */
export function passCookie(pass: string): string {
  return `c2cd-pass=${pass}; Path=/; HttpOnly; SameSite=Strict`;
}

/** Whether the one who asks has yet to show that they are at the device. */
export function isStranger({ audience, visitors }: RouteParts, { headers, socket }: FastifyRequest): boolean {
  if (audience.kind === "socket" || visitors === null) return false;
  const pass = PASS.exec(headers.cookie ?? "")?.[1] ?? null;
  return !visitors.knows(socket.remoteAddress ?? "", pass);
}

/** Goes before what strangers may neither see nor do. */
export function noStrangers(parts: RouteParts): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    if (!isStranger(parts, request)) return;
    const orPress = parts.backend.snapshot().has_button ? ", or a press of its button" : "";
    throw new ApiProblem(
      "pin-wanted",
      `This wants the PIN of this device, which c2cctl status tells there${orPress}: POST /v1/unlock.`,
    );
  };
}

/** The snapshot as it is for the one who asks: a code is for those at the device. */
export function snapshotFor(parts: RouteParts, request: FastifyRequest): Snapshot {
  const snapshot = parts.backend.snapshot();
  return isStranger(parts, request) ? withoutCode(snapshot) : snapshot;
}

export function withoutCode(snapshot: Snapshot): Snapshot {
  return { ...snapshot, pairing: null };
}
