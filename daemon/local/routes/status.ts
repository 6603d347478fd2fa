import type { Static } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import { AliveSchema, HistoryQuery, HistorySchema, SnapshotSchema } from "../schemas.ts";
import { answers, type RouteParts, ref, snapshotFor, socketOnly } from "./parts.ts";

/** What is, and what was. */
export function addStatus(app: FastifyInstance, parts: RouteParts): void {
  const { backend } = parts;
  app.get(
    "/v1/status",
    { schema: { summary: "What the device is doing", response: answers(200, ref(SnapshotSchema)) } },
    async (request) => {
      backend.glance();
      return snapshotFor(parts, request);
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
    "/v1/environment",
    {
      onRequest: socketOnly(parts),
      exposeHeadRoute: false,
      schema: {
        summary: "The environment variables that the daemon goes by",
        description:
          "On the control socket alone. Those of c2cd.toml(5) and of the proxy, without its user and password.",
        response: answers(200, Type.Record(Type.String(), Type.String())),
      },
    },
    async () => backend.environment(),
  );
  app.get(
    "/healthz",
    { schema: { summary: "Whether the daemon is alive", response: answers(200, ref(AliveSchema)) } },
    async () => ({ status: "ok", state: backend.snapshot().state }),
  );
}
