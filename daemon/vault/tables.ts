import { isDeepStrictEqual } from "node:util";
import type { StoredAuthorization, StoredEnd } from "../contract/authorization.ts";
import type { HistoryEntry } from "../contract/history.ts";
import type { Identity } from "../contract/identity.ts";
import { StorageError } from "../contract/storage.ts";
import type { KeyRing } from "./keys.ts";
import { endOf, type Known, type Memory } from "./memory.ts";
import { parse, serialize } from "./record.ts";
import { seal, unseal } from "./seal.ts";
import { type Connection, isSqliteError, type Statement } from "./sqlite.ts";

/** Lines of history that are kept; the oldest go. */
const HISTORY_ROWS = 500;
/** Characters of an event and of its detail that are kept. */
const EVENT_LENGTH = 64;
const DETAIL_LENGTH = 400;
/** Rows that could not be unsealed when another took their place, and are kept all the same. */
const SET_ASIDE_ROWS = 16;
const RECORD = "authorization";

interface Row {
  readonly id: number;
  readonly client_id: string;
  readonly key_id: string;
  readonly sealed: Uint8Array;
}

/** What the tables hold. */
export async function load(connection: Connection, keys: KeyRing): Promise<Memory> {
  const authorizations = new Map<string, Known>();
  const ending = await connection.get<StoredEnd & { readonly client_id: string }>(
    "SELECT client_id, reason, at FROM ending",
  );
  if (ending !== undefined)
    authorizations.set(ending.client_id, { type: "gone", end: { reason: ending.reason, at: ending.at } });
  for await (const row of rows(connection)) authorizations.set(row.client_id, open(keys, row));
  return { identity: await loadIdentity(connection), authorizations };
}

/** What can still be read of damaged tables: each authorization under a seal that holds is whole, whatever else is broken. */
export async function salvage(connection: Connection, keys: KeyRing): Promise<Memory> {
  const authorizations = new Map<string, Known>();
  const identity = await unlessLost(() => loadIdentity(connection));
  await unlessLost(async () => {
    for await (const row of rows(connection)) {
      const known = open(keys, row);
      if (known.type === "held") authorizations.set(row.client_id, known);
    }
  });
  return { identity: identity !== null && isPlausible(identity) ? identity : null, authorizations };
}

/**
 * Pages that a changed row may put into the write-ahead log: its own, one above or beside it, and the padding of the
 * commit; with one that does not fit into a page, those where it goes on and the list of free ones.
 */
export const ROW_PAGES = 3;
const LONG_ROW_PAGES = 5;
/** Bytes that fit into one page with what else is in a row. */
const LONG_ROW = 3_900;

/** What `save` has done. */
export interface Saved {
  /** Of the write-ahead log, at most; 0 where there was nothing to write. */
  readonly pages: number;
  readonly deleted: boolean;
}

/**
 * Brings the tables from what they hold to what is remembered: all of it or nothing. What is not remembered stays.
 */
export async function save(
  connection: Connection,
  keys: KeyRing,
  before: Memory,
  memory: Memory,
): Promise<Saved> {
  const statements: Statement[] = [];
  let deleted = false;
  if (memory.identity !== null && !isDeepStrictEqual(memory.identity, before.identity))
    statements.push(identityRow(memory.identity));
  for (const [clientId, known] of memory.authorizations) {
    const was = before.authorizations.get(clientId);
    if (known === was || known.type === "unreadable") continue;
    if (known.type === "held") {
      if (was?.type === "held" && serialize(was.authorization) === serialize(known.authorization)) continue;
      if (was?.type === "unreadable") statements.push(...settingAside(clientId));
      statements.push(authorizationRow(keys, known.authorization));
    } else if (was?.type === "held" || was?.type === "unreadable") {
      statements.push(["DELETE FROM authorization WHERE client_id = ?", clientId]);
      deleted = true;
    }
    const end = endOf(memory, clientId);
    if (!isDeepStrictEqual(end, endOf(before, clientId))) statements.push(endingRow(clientId, end));
  }
  await connection.atOnce(statements);
  return { pages: statements.reduce((sum, statement) => sum + pagesOf(statement), 0), deleted };
}

/** Seals anew, under the key of today, what an older key sealed. Resolves to whether there was anything. */
export async function reseal(connection: Connection, keys: KeyRing): Promise<boolean> {
  if (keys.sealing === null) return false;
  const sealed = await connection.all<Row>(
    "SELECT id, client_id, key_id, sealed FROM authorization WHERE key_id <> ?",
    keys.sealing.id,
  );
  for (const row of sealed) {
    const known = open(keys, row);
    if (known.type === "held") await connection.atOnce([authorizationRow(keys, known.authorization)]);
  }
  return sealed.length > 0;
}

export async function append(connection: Connection, lines: readonly HistoryEntry[]): Promise<void> {
  const rows = lines.map(
    ({ at, event, detail }): Statement => [
      "INSERT INTO history (at, event, detail) VALUES (?, ?, ?)",
      at,
      event.slice(0, EVENT_LENGTH),
      detail.slice(0, DETAIL_LENGTH),
    ],
  );
  await connection.atOnce([
    ...rows,
    [`DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ${HISTORY_ROWS}`],
  ]);
}

/** Newest first. */
export function history(connection: Connection, limit: number): Promise<HistoryEntry[]> {
  return connection.all<HistoryEntry>(
    "SELECT at, event, detail FROM history ORDER BY id DESC LIMIT ?",
    limit,
  );
}

async function loadIdentity(connection: Connection): Promise<Identity | null> {
  const identity = await connection.get<Identity>(
    `SELECT client_id AS "clientId", source, model, board_serial AS "boardSerial" FROM identity`,
  );
  return identity ?? null;
}

/** The sealed authorizations, the oldest first; one at a time, so that what is broken costs only what comes after it. */
async function* rows(connection: Connection): AsyncGenerator<Row> {
  for (let last = 0; ; ) {
    const row = await connection.get<Row>(
      "SELECT id, client_id, key_id, sealed FROM authorization WHERE id > ? ORDER BY id LIMIT 1",
      last,
    );
    if (row === undefined) return;
    last = row.id;
    yield row;
  }
}

function open(keys: KeyRing, row: Row): Known {
  const key = keys.find(row.key_id);
  if (key === null)
    return {
      type: "unreadable",
      reason: `The stored authorization is sealed under a key that this device does not have (key ${row.key_id}).`,
      foreign: true,
    };
  const text = unseal(key, { record: RECORD, clientId: row.client_id }, row.sealed);
  return text === null
    ? {
        type: "unreadable",
        reason: "The stored authorization was altered, or belongs to another device.",
        foreign: false,
      }
    : { type: "held", authorization: parse(row.client_id, text) };
}

function pagesOf([, ...values]: Statement): number {
  const isLong = values.some((value) => value instanceof Uint8Array && value.length > LONG_ROW);
  return isLong ? LONG_ROW_PAGES : ROW_PAGES;
}

function identityRow({ clientId, source, model, boardSerial }: Identity): Statement {
  return [
    "INSERT OR REPLACE INTO identity (only, client_id, source, model, board_serial) VALUES (1, ?, ?, ?, ?)",
    clientId,
    source,
    model,
    boardSerial,
  ];
}

function authorizationRow(keys: KeyRing, authorization: StoredAuthorization): Statement {
  const key = keys.sealing;
  if (key === null) throw new StorageError("There is no key to seal the authorization with.");
  const { clientId } = authorization;
  return [
    `INSERT INTO authorization (client_id, key_id, sealed) VALUES (?1, ?2, ?3)
     ON CONFLICT (client_id) DO UPDATE SET key_id = ?2, sealed = ?3`,
    clientId,
    key.id,
    seal(key, { record: RECORD, clientId }, serialize(authorization)),
  ];
}

function endingRow(clientId: string, end: StoredEnd | null): Statement {
  return end === null
    ? ["DELETE FROM ending WHERE client_id = ?", clientId]
    : [
        "INSERT OR REPLACE INTO ending (only, client_id, reason, at) VALUES (1, ?, ?, ?)",
        clientId,
        end.reason,
        end.at,
      ];
}

function settingAside(clientId: string): Statement[] {
  return [
    [
      `INSERT INTO set_aside (client_id, key_id, sealed)
         SELECT client_id, key_id, sealed FROM authorization WHERE client_id = ?`,
      clientId,
    ],
    [`DELETE FROM set_aside WHERE id <= (SELECT max(id) FROM set_aside) - ${SET_ASIDE_ROWS}`],
  ];
}

async function unlessLost<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isSqliteError(error)) return null;
    throw error;
  }
}

/** No seal protects an identity: of a damaged file only one that looks like one is believed. */
function isPlausible({ clientId, source }: Identity): boolean {
  return /^[!-~]+$/.test(clientId) && ["fixed", "board-serial", "machine-id", "generated"].includes(source);
}
