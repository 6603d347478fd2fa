import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import { Registry } from "prom-client";
import { snapshotMetrics } from "../metrics.ts";
import { answers, type RouteParts } from "./parts.ts";

/**
 * What fleets and tools read.
 *
 * @param streams counts the event streams of this listener
 */
export function addOperations(app: FastifyInstance, parts: RouteParts, streams: () => number): void {
  const { backend, clock, openApi } = parts;
  const derived = snapshotMetrics(backend, clock, streams);
  app.get(
    "/metrics",
    {
      schema: {
        summary: "Figures for Prometheus",
        response: answers(200, Type.String(), Registry.PROMETHEUS_CONTENT_TYPE),
      },
    },
    async (_request, reply) =>
      reply
        .type(derived.contentType)
        .send(`${await derived.metrics()}${await backend.meters.registry.metrics()}`),
  );

  let document: Promise<object> | null = null;
  app.get("/v1/openapi.json", { schema: { hide: true } }, async () => {
    document ??= openApi();
    return document;
  });
}
