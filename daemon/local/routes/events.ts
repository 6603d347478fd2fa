import * as Type from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import type { Snapshot } from "../../contract/snapshot.ts";
import { Events } from "../events.ts";
import { ApiProblem } from "../problems.ts";
import { SnapshotSchema } from "../schemas.ts";
import { answers, isStranger, type RouteParts, ref, withoutCode } from "./parts.ts";

/** Event streams that one listener keeps open. */
const STREAM_LIMIT = 600;

const SNAPSHOT = ref(SnapshotSchema);

/** The stream of snapshots. Returns what counts the streams. */
export function addEvents(app: FastifyInstance, parts: RouteParts): () => number {
  const { backend, clock } = parts;
  let serialise: (snapshot: Snapshot) => string = JSON.stringify;
  const events = new Events(() => serialise(backend.snapshot()), clock);
  const outside = new Events(() => serialise(withoutCode(backend.snapshot())), clock);
  const open = () => events.open + outside.open;
  let unsubscribe: (() => void) | null = null;
  app.addHook("onReady", async () => {
    unsubscribe = backend.subscribe(() => {
      events.changed();
      outside.changed();
    });
  });
  app.addHook("preClose", async () => {
    unsubscribe?.();
    events.close();
    outside.close();
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
    async (request, reply) => {
      if (open() >= STREAM_LIMIT)
        throw new ApiProblem("too-many-streams", "Too many event streams are open; try again later.", {
          headers: { "retry-after": "10" },
        });
      const compiled = reply.compileSerializationSchema(SNAPSHOT);
      serialise = (snapshot) => compiled({ ...snapshot });
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? "");
      reply.raw.writeHead(200, { "content-type": "text/event-stream" });
      reply.raw.on("close", backend.stay());
      (isStranger(parts, request) ? outside : events).add(reply.raw);
    },
  );
  return open;
}
