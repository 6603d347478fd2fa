import { EXIT, type ExitCode } from "../cli/exit.ts";
import type { Context } from "./context.ts";
import { snapshotOf } from "./reply.ts";

/** `c2cctl cancel` */
export async function cancel({ client, out }: Context): Promise<ExitCode> {
  const reply = await client.post("/v1/cancel");
  const { authorization, project } = snapshotOf(reply, "cancel");
  const kept = authorization === null ? "" : ` Still paired${project === null ? "" : ` with ${project}`}.`;
  out.write(`No code is on offer.${kept}\n`);
  return EXIT.ok;
}
