import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import type { Snapshot } from "../../contract/snapshot.ts";
import { Events } from "../events.ts";
import { ApiProblem } from "../problems.ts";
import { SnapshotSchema } from "../schemas.ts";
import { answers, type RouteParts, ref } from "./parts.ts";

/** Event streams that one listener keeps open. */
const STREAM_LIMIT = 600;

const SNAPSHOT = ref(SnapshotSchema);

/** The stream of snapshots. Returns what counts the streams. */
export function addEvents(app: FastifyInstance, { backend, clock }: RouteParts): () => number {
  let serialise: (snapshot: Snapshot) => string = JSON.stringify;
  const events = new Events(() => serialise(backend.snapshot()), clock, STREAM_LIMIT);
  let unsubscribe: (() => void) | null = null;
  app.addHook("onReady", async () => {
    unsubscribe = backend.subscribe(() => events.changed());
  });
  app.addHook("preClose", async () => {
    unsubscribe?.();
    events.close();
  });
  app.get(
    "/v1/events",
    {
      exposeHeadRoute: false,
      schema: {
        summary: "The same, live: server-sent events",
        description: "The whole snapshot first, then one on each change, a comment every 15 seconds.",
        response: answers(200, Type.String(), "text/event-stream"),
      },
    },
    async (_request, reply) => {
      if (events.full)
        throw new ApiProblem("too-many-streams", "Too many event streams are open; try again later.", {
          headers: { "retry-after": "10" },
        });
      const compiled = reply.compileSerializationSchema(SNAPSHOT);
      serialise = (snapshot) => compiled({ ...snapshot });
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? "");
      reply.raw.writeHead(200, { "content-type": "text/event-stream" });
      reply.raw.on("close", backend.stay());
      events.add(reply.raw);
    },
  );
  return () => events.open;
}
