import { createHmac } from "node:crypto";
import type { Board } from "../../hw/board/board.ts";
import type { Identity, IdentitySource } from "../contract/identity.ts";
import { ConfigurationError } from "../core/configuration-error.ts";
import type { Config } from "./config.ts";

/**
 * c2cd's application id for machine-id(5): the same id for ever, or every unit that lives by its machine-id becomes
 * another one. The client_id is the last 60 bits of what `systemd-id128 machine-id --app-specific=<this>` prints.
 */
export const APPLICATION_ID = "4c2f1dc7-10b0-49f9-afa2-8712986d2f93";

export interface IdentityChange {
  readonly previous: Identity;
  /**
   * `other-board`: the card sits in another board now; `configuration`: the [identity] section asks for another id;
   * `shared`: it was a number that other boards have as well, and nothing was paired under it.
   */
  readonly reason: "other-board" | "configuration" | "shared";
}

export interface IdentityChoice {
  /** To be remembered. */
  readonly identity: Identity;
  /** Null at first boot and while the client_id stays what it was. */
  readonly changed: IdentityChange | null;
}

/** The configuration demands an identity that this device does not have. `message` says what to do. */
export class IdentityError extends ConfigurationError {
  override readonly name = "IdentityError";
}

/**
 * Which unit this is. Chosen once; from then on the remembered choice stands, since a client_id that changes costs a
 * pairing. It gives way in three cases alone:
 *
 * - the board has serial numbers and the remembered one is not among them: the card was moved or copied to another
 *   board, which pairs as itself. (With `source` machine-id or fixed the id goes with the card, as was asked for.)
 * - the [identity] section says something else than it did: another source, another prefix, another fixed id.
 * - it is a number that other boards have as well, as is known by now, and no authorization hangs on it.
 *
 * What does not change it: a serial that appears later (a new kernel), disappears (DMI is readable by root alone), or
 * that a better source now tells differently beside the remembered one; a machine-id that was reset, since a
 * read-only root makes a new one at each boot; rules that would give another id today. A serial that appears on a board
 * remembered without one is taken to be this board's, and noticed from then on: such a card moved to a board with a
 * serial can't be told from a new kernel.
 *
 * @param paired whether an authorization of the remembered client_id is held
 * @param newUuid `crypto.randomUUID`, called where nothing else tells units apart
 * @throws {IdentityError} where `config.source` names a source that this device lacks
 */
export function chooseIdentity(
  board: Board,
  remembered: Identity | null,
  paired: boolean,
  config: Config["identity"],
  newUuid: () => string,
): IdentityChoice {
  const shared = remembered !== null && !paired && hasSharedSerial(remembered, board);
  const keptBody =
    remembered !== null && !shared && stillHolds(remembered, board, config) ? bodyOf(remembered) : null;
  const { source, body } =
    remembered !== null && keptBody !== null
      ? { source: remembered.source, body: keptBody }
      : choose(board, config, newUuid);
  const identity: Identity = {
    clientId: config.prefix + body,
    source,
    model: board.model ?? remembered?.model ?? null,
    boardSerial: knownSerial(board, shared ? null : remembered),
  };
  if (remembered === null || remembered.clientId === identity.clientId) return { identity, changed: null };
  const moved = followsBoard(config) && isOtherBoard(remembered, board);
  const reason = moved ? "other-board" : shared ? "shared" : "configuration";
  return { identity, changed: { previous: remembered, reason } };
}

/** Whether this unit is known by a number that other boards have as well. */
function hasSharedSerial({ source, boardSerial }: Identity, { refused }: Board): boolean {
  return (
    source === "board-serial" && boardSerial !== null && refused.some(({ value }) => value === boardSerial)
  );
}

/** Whether the board says this number of itself, be it of any use or not. */
function says({ serials, refused }: Board, serial: string | null): boolean {
  return serial !== null && [...serials, ...refused].some(({ value }) => value === serial);
}

/** Whether the remembered board has a serial, this one too, and they are not the same. */
export function isOtherBoard(remembered: Identity, board: Board): boolean {
  return remembered.boardSerial !== null && board.serials.length > 0 && !says(board, remembered.boardSerial);
}

function followsBoard(config: Config["identity"]): boolean {
  return config.source === "auto" || config.source === "board-serial";
}

function stillHolds(remembered: Identity, board: Board, config: Config["identity"]): boolean {
  if (followsBoard(config) && isOtherBoard(remembered, board)) return false;
  return config.source === "auto" ? remembered.source !== "fixed" : remembered.source === config.source;
}

/** What was made of a machine-id or a UUID in 0.1, and is since. */
const HEX_BODY = /[0-9A-F]{32}$/;
const SHORT_BODY = /[0-9A-Z]{12}$/;

/** The client_id without the prefix it was made with; null where it has to be made anew. */
function bodyOf({ clientId, source, boardSerial }: Identity): string | null {
  if (source === "fixed") return null;
  if (source === "board-serial")
    return boardSerial !== null && clientId.endsWith(boardSerial) ? boardSerial : null;
  return (HEX_BODY.exec(clientId) ?? SHORT_BODY.exec(clientId))?.[0] ?? null;
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
  if (board.machineId !== null)
    return { source: "machine-id", body: shortId(applicationSpecificId(board.machineId)) };
  if (config.source === "machine-id")
    throw new IdentityError(
      'identity.source is "machine-id" and /etc/machine-id holds none; run systemd-machine-id-setup, or set it to "auto"',
    );
  return { source: "generated", body: shortId(newUuid().replaceAll("-", "")) };
}

/** Douglas Crockford's base 32: no I, L, O and U, which people take for other characters. */
const BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Twelve characters that people can compare aloud, of the last 60 bits of a UUID, all of which are random (RFC 9562 §5.4). */
export function shortId(uuid: string): string {
  const bits = BigInt(`0x${uuid.slice(-15)}`);
  return Array.from({ length: 12 }, (_, at) => BASE32[Number((bits >> BigInt(5 * (11 - at))) & 31n)]).join(
    "",
  );
}

/** The serial to compare with at the next start. One that is out of sight today is not forgotten. */
function knownSerial(board: Board, remembered: Identity | null): string | null {
  const known = remembered?.boardSerial ?? null;
  return board.serials.length === 0 || says(board, known) ? known : (board.serials[0]?.value ?? null);
}

/** The application-specific id of sd_id128_get_machine_app_specific(3): 32 hexadecimal digits in upper case. */
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
