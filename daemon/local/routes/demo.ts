import type { Static } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import { ApiProblem } from "../problems.ts";
import { DemoQuery, DemosSchema } from "../schemas.ts";
import { answers, NO_CONTENT, PROBLEMS, type RouteParts, ref, socketOnly } from "./parts.ts";

/** Screens to look at, on the device's own display. */
export function addDemo(app: FastifyInstance, parts: RouteParts): void {
  const { backend } = parts;
  app.get(
    "/v1/demo",
    {
      onRequest: socketOnly(parts),
      exposeHeadRoute: false,
      schema: {
        summary: "The names of the screens that can be shown",
        description: "On the control socket alone.",
        response: answers(200, ref(DemosSchema)),
      },
    },
    async () => ({ screens: await backend.demos() }),
  );
  app.post<{ Querystring: Static<typeof DemoQuery> }>(
    "/v1/demo",
    {
      onRequest: socketOnly(parts),
      schema: {
        summary: "Show a screen on the display for ten seconds",
        description:
          "On the control socket alone. The pairing is not touched, and no code is shown that could pair. Answered when it is on the display.",
        querystring: DemoQuery,
        response: { ...NO_CONTENT, ...PROBLEMS },
      },
    },
    async ({ query }, reply) => {
      switch (await backend.demonstrate(query.screen)) {
        case "shown":
          return reply.code(204).send();
        case "in-use":
          throw new ApiProblem(
            "screen-in-use",
            "The display is needed: a code is on offer, or somebody uses the button. Try again later.",
            { state: backend.snapshot().state },
          );
        case "no-display":
          throw new ApiProblem("no-display", "There is no display to show it on; c2cctl doctor says why.");
        case "unknown":
          throw new ApiProblem("invalid-request", "No screen has this name; GET /v1/demo lists them.");
      }
    },
  );
}
