import * as Type from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import { answers, type RouteParts } from "./parts.ts";

/** The text format of Prometheus, version 0.0.4. */
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * What fleets and tools read.
 *
 * @param streams counts the event streams of this listener
 */
export function addOperations(app: FastifyInstance, parts: RouteParts, streams: () => number): void {
  const { backend, clock, openApi } = parts;
  let registry: Promise<Registry> | null = null;
  app.get(
    "/metrics",
    {
      schema: {
        summary: "Figures for Prometheus",
        response: answers(200, Type.String(), METRICS_TYPE),
      },
    },
    async (_request, reply) => {
      registry ??= import("../metrics.ts").then(({ metricsOf }) => metricsOf(backend, clock, streams));
      return reply.type(METRICS_TYPE).send(await (await registry).metrics());
    },
  );

  let document: Promise<object> | null = null;
  app.get("/v1/openapi.json", { schema: { hide: true } }, async () => {
    document ??= openApi();
    return document;
  });
}
