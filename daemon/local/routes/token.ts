import type { Static } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import { RefusedBody, TokenQuery, TokenSchema } from "../schemas.ts";
import { tokenFor } from "../token.ts";
import { answers, NO_CONTENT, PROBLEMS, type RouteParts, ref, socketOnly } from "./parts.ts";

/** The token broker: programs of this device get a valid access token, never see OAuth, and say what Frame.io refused. */
export function addToken(app: FastifyInstance, parts: RouteParts): void {
  const { backend } = parts;
  app.get<{ Querystring: Static<typeof TokenQuery> }>(
    "/v1/token",
    {
      onRequest: socketOnly(parts),
      exposeHeadRoute: false,
      schema: {
        summary: "An access token that is valid now",
        description: "On the control socket alone. Refreshed first where it needs to be.",
        querystring: TokenQuery,
        response: answers(200, ref(TokenSchema)),
      },
    },
    ({ query }) => tokenFor(backend, query.minimum_life),
  );
  app.post<{ Body: Static<typeof RefusedBody> }>(
    "/v1/token/refused",
    {
      onRequest: socketOnly(parts),
      schema: {
        summary: "Say that Frame.io refused a token",
        description: "On the control socket alone. Refreshed once, however many callers say so.",
        body: RefusedBody,
        response: { ...NO_CONTENT, ...PROBLEMS },
      },
    },
    async ({ body }, reply) => {
      backend.tokenRefused(body.access_token);
      return reply.code(204).send();
    },
  );
  app.post(
    "/v1/upload/refused",
    {
      onRequest: socketOnly(parts),
      schema: {
        summary: "Say that Frame.io refused an upload",
        description:
          "On the control socket alone; meant for 409 `Channel Paused`. What Frame.io says of the device is read again, at most every few seconds, and the state tells it: the health problem `paused`, or none where only what was recorded during a pause is refused.",
        response: { ...NO_CONTENT, ...PROBLEMS },
      },
    },
    async (_request, reply) => {
      backend.uploadRefused();
      return reply.code(204).send();
    },
  );
}
