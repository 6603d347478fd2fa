import { randomUUID } from "node:crypto";
import { type Board, disputedSerial } from "../../../hw/board/board.ts";
import type { Config } from "../../setup/config.ts";
import { applicationSpecificId, chooseIdentity, IdentityError, shortId } from "../../setup/identity.ts";
import type { SnapshotView } from "../snapshot.ts";
import { originOf } from "../words.ts";
import { type Check, failed, ok, warn } from "./check.ts";

const IF_COPIED =
  "if this card is a copy of another unit's: stop c2cd, delete /var/lib/c2cd/c2cd.db, start c2cd and pair";

/** The client_id, and signs that another unit has the same one. */
export function checkIdentity(board: Board, config: Config, snapshot: SnapshotView | null): Check {
  if (snapshot === null) return foresee(board, config);
  const { clientId, source } = snapshot.device;
  if (clientId === null || clientId === "")
    return warn("identity", "the daemon has no client_id yet", "wait and ask again");
  const text = `${clientId}, ${originOf(source)}`;
  if (
    source === "board-serial" &&
    board.refused.some(({ value }) => value !== null && clientId === config.identity.prefix + value)
  )
    return warn(
      "identity",
      `${text}; but other boards have that number as well, and Frame.io takes two of them for one device`,
      `run: c2cctl unpair; restart c2cd and pair: it is ${betterThan(board, config)} then`,
    );
  if (
    source === "board-serial" &&
    board.serials.length > 0 &&
    !board.serials.some(({ value }) => clientId.endsWith(value))
  )
    return warn(
      "identity",
      `${text}; but this board's is ${board.serials[0]?.value}`,
      "restart c2cd, so that it notices the other board",
    );
  if (source === "machine-id" && board.machineId !== null && !isOf(board.machineId, clientId))
    return warn("identity", `${text}; but not of the machine-id that this system has now`, IF_COPIED);
  if (source === "generated")
    return warn(
      "identity",
      `${text}, since neither a serial number nor a machine-id was usable${placeholders(board)}`,
      "never copy this card, or give each unit its own identity.fixed",
    );
  return ok("identity", source === "board-serial" ? text + dispute(board) : text + placeholders(board));
}

/** Also as it was made in 0.1. */
function isOf(machineId: string, clientId: string): boolean {
  const id = applicationSpecificId(machineId);
  return clientId.endsWith(shortId(id)) || clientId.endsWith(id);
}

function betterThan(board: Board, config: Config): string {
  try {
    const { identity } = chooseIdentity(board, null, false, config.identity, randomUUID);
    return identity.source === "generated" ? "a number made up" : identity.clientId;
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    return "what [identity] says";
  }
}

/** Two numbers of one board: worth knowing where labels and Frame.io are compared. */
function dispute({ serials }: Board): string {
  const disputed = disputedSerial(serials);
  return disputed === null ? "" : ` (the device tree says ${disputed.value}, which a boot loader put there)`;
}

/** Where the board keeps sample text in place of a serial number: a fault of its firmware that is worth reporting. */
function placeholders({ refused }: Board): string {
  return refused.length === 0
    ? ""
    : ` (no serial number, but a placeholder in ${refused.map(({ path }) => path).join(", ")})`;
}

/** What the daemon would choose, where it can't be asked. */
function foresee(board: Board, config: Config): Check {
  try {
    const { identity } = chooseIdentity(board, null, false, config.identity, randomUUID);
    return identity.source === "generated"
      ? warn(
          "identity",
          `there is neither a usable serial number nor a machine-id${placeholders(board)}; a client_id would be made up`,
          "give each unit its own identity.fixed, or a machine-id: systemd-machine-id-setup",
        )
      : ok("identity", `would be ${identity.clientId}, ${originOf(identity.source)}`);
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    return failed("identity", error, "correct [identity]");
  }
}
