import { readBoard } from "../../hw/board/board.ts";
import { C2CCTL_OPTIONS } from "../cli/c2cctl.ts";
import { EXIT, type ExitCode } from "../cli/exit.ts";
import { escaped } from "../core/text.ts";
import type { Context } from "./context.ts";
import { snapshotOf } from "./reply.ts";
import { table } from "./text.ts";
import { originOf } from "./words.ts";

/** `c2cctl identity`: what the daemon goes by, and what the board says of itself. */
export async function identity({ client, out, root, arguments: given }: Context): Promise<ExitCode> {
  const { device } = snapshotOf(await client.get("/v1/status"), "status");
  const { serials, refused, model } = await readBoard(root);
  if (given.has(C2CCTL_OPTIONS.json)) {
    const { clientId: client_id, source, name } = device;
    out.write(
      `${escaped(JSON.stringify({ client_id, source, name, board: { model, serials, refused: refused.map(({ path }) => path) } }, null, 2))}\n`,
    );
    return EXIT.ok;
  }
  out.write(
    table([
      ["client_id", device.clientId ?? "none"],
      ["Source", originOf(device.source)],
      ["Name", device.name ?? "none yet"],
      ["Board", device.model || model || "does not say"],
      ...serials.map(({ value, path }) => ["Serial", `${value} (${path})`] as const),
      ...refused.map(({ path }) => ["No serial", `a placeholder in ${path}`] as const),
    ]),
  );
  return EXIT.ok;
}
