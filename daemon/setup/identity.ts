import { createHmac } from "node:crypto";
import type { Board } from "../../hw/board/board.ts";
import type { IdentitySource, StoredIdentity } from "../contract/identity.ts";
import { ConfigurationError } from "../core/configuration-error.ts";
import type { Config } from "./config.ts";

/**
 * c2cd's application id for machine-id(5): the same id for ever, or every unit that lives by its machine-id becomes
 * another one. `systemd-id128 machine-id --app-specific=<this>` prints the client_id (in lower case).
 */
export const APPLICATION_ID = "4c2f1dc7-10b0-49f9-afa2-8712986d2f93";

export interface IdentityChange {
  readonly previous: StoredIdentity;
  /** `other-board`: the card sits in another board now; `configuration`: the [identity] section asks for another id. */
  readonly reason: "other-board" | "configuration";
}

export interface IdentityChoice {
  /** To be remembered. */
  readonly identity: StoredIdentity;
  /** Null at first boot and while the client_id stays what it was. */
  readonly changed: IdentityChange | null;
}

/** The configuration demands an identity that this device does not have. `message` says what to do. */
export class IdentityError extends ConfigurationError {
  override readonly name = "IdentityError";
}

/**
 * Which unit this is. Chosen once; from then on the remembered choice stands, since a client_id that changes costs a
 * pairing. It gives way in two cases alone:
 *
 * - the board has serial numbers and the remembered one is not among them: the card was moved or copied to another
 *   board, which pairs as itself. (With `source` machine-id or fixed the id goes with the card, as was asked for.)
 * - the [identity] section says something else than it did: another source, another prefix, another fixed id.
 *
 * What does not change it: a serial that appears later (a new kernel), disappears (DMI is readable by root alone), or
 * that a better source now tells differently beside the remembered one; a machine-id that was reset, since a
 * read-only root makes a new one at each boot. A serial that appears on a board remembered without one is taken to be
 * this board's, and noticed from then on: such a card moved to a board with a serial can't be told from a new kernel.
 *
 * @param newUuid `crypto.randomUUID`, called where nothing else tells units apart
 * @throws {IdentityError} where `config.source` names a source that this device lacks
 */
export function chooseIdentity(
  board: Board,
  remembered: StoredIdentity | null,
  config: Config["identity"],
  newUuid: () => string,
): IdentityChoice {
  const keptBody = remembered !== null && stillHolds(remembered, board, config) ? bodyOf(remembered) : null;
  const { source, body } =
    remembered !== null && keptBody !== null
      ? { source: remembered.source, body: keptBody }
      : choose(board, config, newUuid);
  const identity: StoredIdentity = {
    clientId: config.prefix + body,
    source,
    model: board.model ?? remembered?.model ?? null,
    boardSerial: knownSerial(board, remembered),
  };
  if (remembered === null || remembered.clientId === identity.clientId) return { identity, changed: null };
  const reason = followsBoard(config) && isOtherBoard(remembered, board) ? "other-board" : "configuration";
  return { identity, changed: { previous: remembered, reason } };
}

/** Whether the remembered board has a serial, this one too, and they are not the same. */
export function isOtherBoard(remembered: StoredIdentity, board: Board): boolean {
  return (
    remembered.boardSerial !== null &&
    board.serials.length > 0 &&
    !board.serials.some(({ value }) => value === remembered.boardSerial)
  );
}

function followsBoard(config: Config["identity"]): boolean {
  return config.source === "auto" || config.source === "board-serial";
}

function stillHolds(remembered: StoredIdentity, board: Board, config: Config["identity"]): boolean {
  if (followsBoard(config) && isOtherBoard(remembered, board)) return false;
  return config.source === "auto" ? remembered.source !== "fixed" : remembered.source === config.source;
}

const HEX_ID_LENGTH = 32;

/** The client_id without the prefix it was made with; null where it has to be made anew. */
function bodyOf({ clientId, source, boardSerial }: StoredIdentity): string | null {
  if (source === "fixed") return null;
  if (source === "board-serial")
    return boardSerial !== null && clientId.endsWith(boardSerial) ? boardSerial : null;
  return clientId.slice(-HEX_ID_LENGTH);
}

function choose(
  board: Board,
  config: Config["identity"],
  newUuid: () => string,
): { readonly source: IdentitySource; readonly body: string } {
  if (config.source === "fixed") return { source: "fixed", body: config.fixed };
  const serial = board.serials[0];
  if (config.source !== "machine-id" && serial !== undefined)
    return { source: "board-serial", body: serial.value };
  if (config.source === "board-serial")
    throw new IdentityError(
      'identity.source is "board-serial" and this board has no usable serial number; set it to "auto", or to "fixed" with identity.fixed',
    );
  if (board.machineId !== null) return { source: "machine-id", body: applicationSpecificId(board.machineId) };
  if (config.source === "machine-id")
    throw new IdentityError(
      'identity.source is "machine-id" and /etc/machine-id holds none; run systemd-machine-id-setup, or set it to "auto"',
    );
  return { source: "generated", body: newUuid().replaceAll("-", "").toUpperCase() };
}

/** The serial to compare with at the next start. One that is out of sight today is not forgotten. */
function knownSerial(board: Board, remembered: StoredIdentity | null): string | null {
  const known = remembered?.boardSerial ?? null;
  if (board.serials.length === 0 || board.serials.some(({ value }) => value === known)) return known;
  return board.serials[0]?.value ?? null;
}

/** The application-specific id of sd_id128_get_machine_app_specific(3), in upper case. */
export function applicationSpecificId(machineId: string): string {
  const digest = createHmac("sha256", Buffer.from(machineId, "hex"))
    .update(Buffer.from(APPLICATION_ID.replaceAll("-", ""), "hex"))
    .digest()
    .subarray(0, 16);
  // systemd marks it as a UUID of version 4, variant 1 (RFC 9562 §4).
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x40, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return digest.toString("hex").toUpperCase();
}
