import { type Static, type TSchema, Type } from "@sinclair/typebox";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/log.ts";
import type { Language } from "../../texts/languages.ts";
import type { Audience } from "../app.ts";
import type { Backend } from "../backend.ts";
import { ApiProblem } from "../problems.ts";
import { ProblemSchema } from "../schemas.ts";

/** What the routes are made with. */
export interface RouteParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audience: Audience;
  /** Whether the TCP listener may change anything. */
  readonly allowActions: boolean;
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
