import { EXIT, type ExitCode } from "../cli/exit.ts";
import type { Context } from "./context.ts";
import { succeeded } from "./reply.ts";
import { readSnapshot } from "./snapshot.ts";

/** `c2cctl cancel` */
export async function cancel({ client, out }: Context): Promise<ExitCode> {
  const reply = await client.post("/v1/cancel");
  const { authorization, project } = readSnapshot(succeeded(reply, "cancel").toString("utf8"));
  const kept = authorization === null ? "" : ` Still paired${project === null ? "" : ` with ${project}`}.`;
  out.write(`No code is on offer.${kept}\n`);
  return EXIT.ok;
}
