import { EXIT, type ExitCode } from "../cli/exit.ts";
import { nearestOf } from "../cli/parse.ts";
import { printable } from "../core/text.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { succeeded } from "./reply.ts";
import { fields, parse } from "./snapshot.ts";

/** `c2cctl demo` */
export async function demo({ client, out, arguments: given }: Context): Promise<ExitCode> {
  const known = screensOf(succeeded(await client.get("/v1/demo"), "demo").toString("utf8"));
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

/** @throws {Failure} where the answer is none */
function screensOf(body: string): readonly string[] {
  const screens = fields(parse(body))?.value("screens");
  if (!Array.isArray(screens))
    throw new Failure(
      EXIT.unavailable,
      "c2cd answers in a way that this c2cctl does not understand; install both from the same version",
    );
  return screens.map((name) => printable(String(name)));
}
