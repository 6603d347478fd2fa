import { EXIT, type ExitCode } from "../cli/exit.ts";
import { nearestOf } from "../cli/parse.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { succeeded } from "./reply.ts";
import { fields, parse, readTexts } from "./snapshot.ts";

/** `c2cctl demo` */
export async function demo({ client, out, arguments: given }: Context): Promise<ExitCode> {
  const answer = parse(succeeded(await client.get("/v1/demo"), "demo").toString("utf8"));
  const known = readTexts(fields(answer)?.value("screens"));
  const { operand: screen } = given;
  if (screen === null) {
    out.write(`${known.join("\n")}\n`);
    return EXIT.ok;
  }
  if (!known.includes(screen))
    throw new Failure(
      EXIT.usage,
      `there is no screen ${screen}; ${nearestOf(screen, known) ?? "see c2cctl demo"}`,
    );
  succeeded(await client.post(`/v1/demo?screen=${encodeURIComponent(screen)}`), "demo");
  out.write(`The display shows ${screen} for ten seconds.\n`);
  return EXIT.ok;
}
