import type { Static } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import { AliveSchema, HistoryQuery, HistorySchema, SnapshotSchema } from "../schemas.ts";
import { answers, type RouteParts, ref } from "./parts.ts";

/** What is, and what was. */
export function addStatus(app: FastifyInstance, { backend }: RouteParts): void {
  app.get(
    "/v1/status",
    { schema: { summary: "What the device is doing", response: answers(200, ref(SnapshotSchema)) } },
    async () => {
      backend.glance();
      return backend.snapshot();
    },
  );
  app.get<{ Querystring: Static<typeof HistoryQuery> }>(
    "/v1/history",
    {
      schema: {
        summary: "What has happened, newest first",
        querystring: HistoryQuery,
        response: answers(200, ref(HistorySchema)),
      },
    },
    async ({ query }) => {
      const entries = await backend.history(query.limit);
      return { entries: entries.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })) };
    },
  );
  app.get(
    "/healthz",
    { schema: { summary: "Whether the daemon is alive", response: answers(200, ref(AliveSchema)) } },
    async () => ({ status: "ok", state: backend.snapshot().state }),
  );
}
