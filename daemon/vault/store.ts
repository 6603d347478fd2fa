import type { StoredAuthorization, StoredEnd } from "../contract/authorization.ts";
import type { HistoryEntry } from "../contract/history.ts";
import type { IdentitySource, StoredIdentity } from "../contract/identity.ts";
import { StorageError } from "../contract/storage.ts";
import { checkpoint } from "./database.ts";
import type { KeyRing } from "./keys.ts";
import { parse, serialize } from "./record.ts";
import { seal, unseal } from "./seal.ts";
import type { Connection } from "./sqlite.ts";

/** Lines of history that are kept; the oldest go. */
const HISTORY_ROWS = 500;
/** Characters of an event and of its detail that are kept. */
const EVENT_LENGTH = 64;
const DETAIL_LENGTH = 400;
/** Authorizations of other boards, and unreadable ones, that are kept. */
const OTHERS_KEPT = 16;
const RECORD = "authorization";

/** What became of a sealed row. */
export type Unsealed =
  | { readonly type: "authorization"; readonly authorization: StoredAuthorization }
  | { readonly type: "absent" }
  /** Why it can't be read, as a sentence. */
  | { readonly type: "unreadable"; readonly reason: string };

interface SealedRow {
  readonly client_id: string;
  readonly key_id: string;
  readonly sealed: Uint8Array;
}

/**
 * What the database holds, as values: one open connection with the keys to it. What changes it resolves to whether
 * there was anything to change.
 */
export class Store {
  readonly #connection: Connection;
  readonly #keys: KeyRing;

  constructor(connection: Connection, keys: KeyRing) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async identity(): Promise<StoredIdentity | null> {
    const row = await this.#connection.get<{
      client_id: string;
      source: IdentitySource;
      model: string | null;
      board_serial: string | null;
    }>("SELECT client_id, source, model, board_serial FROM identity");
    if (row === undefined) return null;
    const { client_id: clientId, source, model, board_serial: boardSerial } = row;
    return { clientId, source, model, boardSerial };
  }

  async rememberIdentity({ clientId, source, model, boardSerial }: StoredIdentity): Promise<boolean> {
    const changes = await this.#connection.run(
      `INSERT INTO identity (only, client_id, source, model, board_serial) VALUES (1, ?1, ?2, ?3, ?4)
       ON CONFLICT DO UPDATE SET client_id = ?1, source = ?2, model = ?3, board_serial = ?4
       WHERE (client_id, source, model, board_serial) IS NOT (?1, ?2, ?3, ?4)`,
      clientId,
      source,
      model,
      boardSerial,
    );
    return changes > 0;
  }

  async authorization(clientId: string): Promise<Unsealed> {
    const row = await this.#row(clientId);
    if (row !== undefined) return this.#unseal(row);
    const others = await this.#connection.all<SealedRow>(
      "SELECT client_id, key_id, sealed FROM authorization",
    );
    return others.length > 0 && others.every((other) => this.#keys.find(other.key_id) === null)
      ? {
          type: "unreadable",
          reason: "The stored authorization belongs to another device and is sealed under that device's key.",
        }
      : { type: "absent" };
  }

  async storeAuthorization(authorization: StoredAuthorization): Promise<boolean> {
    const { clientId } = authorization;
    const key = this.#keys.sealing;
    if (key === null) throw new StorageError("There is no key to seal the authorization with.");
    const text = serialize(authorization);
    const row = await this.#row(clientId);
    const before = row && this.#unseal(row);
    if (
      row?.key_id === key.id &&
      before?.type === "authorization" &&
      serialize(before.authorization) === text
    )
      return false;
    const write = () =>
      this.#connection.run(
        `INSERT INTO authorization (client_id, key_id, sealed) VALUES (?1, ?2, ?3)
         ON CONFLICT (client_id) DO UPDATE SET key_id = ?2, sealed = ?3`,
        clientId,
        key.id,
        seal(key, { record: RECORD, clientId }, text),
      );
    if (before?.type === "authorization") await write();
    else
      await this.#connection.transaction(async () => {
        if (row !== undefined) await this.#setAside(row);
        await write();
        await this.#connection.run("DELETE FROM ending");
        await this.#connection.run(
          `DELETE FROM authorization WHERE client_id <> ?1 AND id NOT IN
             (SELECT id FROM authorization WHERE client_id <> ?1 ORDER BY id DESC LIMIT ${OTHERS_KEPT})`,
          clientId,
        );
      });
    return true;
  }

  async forgetAuthorization(clientId: string, end: StoredEnd | null): Promise<boolean> {
    let forgotten = 0;
    let told = 0;
    await this.#connection.transaction(async () => {
      forgotten = await this.#connection.run("DELETE FROM authorization WHERE client_id = ?", clientId);
      told =
        end === null
          ? await this.#connection.run("DELETE FROM ending WHERE client_id = ?", clientId)
          : await this.#connection.run(
              `INSERT INTO ending (only, client_id, reason, at) VALUES (1, ?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET client_id = ?1, reason = ?2, at = ?3
               WHERE (client_id, reason, at) IS NOT (?1, ?2, ?3)`,
              clientId,
              end.reason,
              end.at,
            );
    });
    if (forgotten > 0) await checkpoint(this.#connection, "TRUNCATE");
    return forgotten + told > 0;
  }

  async lastEnd(clientId: string): Promise<StoredEnd | null> {
    const end = await this.#connection.get<StoredEnd>(
      "SELECT reason, at FROM ending WHERE client_id = ?",
      clientId,
    );
    return end ?? null;
  }

  /** All that can be unsealed, one after the other. */
  async *authorizations(): AsyncGenerator<StoredAuthorization> {
    let last = 0;
    for (;;) {
      const row = await this.#connection.get<SealedRow & { readonly id: number }>(
        "SELECT id, client_id, key_id, sealed FROM authorization WHERE id > ? ORDER BY id LIMIT 1",
        last,
      );
      if (row === undefined) return;
      last = row.id;
      const unsealed = this.#unseal(row);
      if (unsealed.type === "authorization") yield unsealed.authorization;
    }
  }

  /** Seals anew, under the key of today, what an older key sealed. */
  async reseal(): Promise<void> {
    const key = this.#keys.sealing;
    if (key === null) return;
    const rows = await this.#connection.all<SealedRow>(
      "SELECT client_id, key_id, sealed FROM authorization WHERE key_id <> ?",
      key.id,
    );
    for (const row of rows) {
      const unsealed = this.#unseal(row);
      if (unsealed.type === "authorization") await this.storeAuthorization(unsealed.authorization);
    }
  }

  async record({ at, event, detail }: HistoryEntry): Promise<boolean> {
    await this.#connection.transaction(async () => {
      await this.#connection.run(
        "INSERT INTO history (at, event, detail) VALUES (?, ?, ?)",
        at,
        event.slice(0, EVENT_LENGTH),
        detail.slice(0, DETAIL_LENGTH),
      );
      await this.#connection.run(
        `DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ${HISTORY_ROWS}`,
      );
    });
    return true;
  }

  history(limit: number): Promise<HistoryEntry[]> {
    return this.#connection.all<HistoryEntry>(
      "SELECT at, event, detail FROM history ORDER BY id DESC LIMIT ?",
      limit,
    );
  }

  /** The smallest write that there is. */
  async probe(): Promise<boolean> {
    await this.#connection.run(
      "INSERT INTO probe (only, times) VALUES (1, 1) ON CONFLICT DO UPDATE SET times = times + 1",
    );
    return true;
  }

  #row(clientId: string): Promise<SealedRow | undefined> {
    return this.#connection.get<SealedRow>(
      "SELECT client_id, key_id, sealed FROM authorization WHERE client_id = ?",
      clientId,
    );
  }

  #unseal(row: SealedRow): Unsealed {
    const key = this.#keys.find(row.key_id);
    if (key === null)
      return {
        type: "unreadable",
        reason: `The stored authorization is sealed under a key that this device does not have (key ${row.key_id}).`,
      };
    const text = unseal(key, { record: RECORD, clientId: row.client_id }, row.sealed);
    return text === null
      ? { type: "unreadable", reason: "The stored authorization was altered, or belongs to another device." }
      : { type: "authorization", authorization: parse(row.client_id, text) };
  }

  async #setAside(row: SealedRow): Promise<void> {
    await this.#connection.run(
      "INSERT INTO set_aside (client_id, key_id, sealed) VALUES (?, ?, ?)",
      row.client_id,
      row.key_id,
      row.sealed,
    );
    await this.#connection.run(
      `DELETE FROM set_aside WHERE id <= (SELECT max(id) FROM set_aside) - ${OTHERS_KEPT}`,
    );
  }
}
