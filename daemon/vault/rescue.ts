import type { StoredAuthorization } from "../contract/authorization.ts";
import type { StoredIdentity } from "../contract/identity.ts";
import { openDamaged } from "./database.ts";
import type { KeyRing } from "./keys.ts";
import { isSqliteError } from "./sqlite.ts";
import { Store } from "./store.ts";

/** What could still be read of a damaged database. */
export interface Rescued {
  readonly identity: StoredIdentity | null;
  /** Each of them under a seal that holds: whatever else is broken, these are whole. */
  readonly authorizations: readonly StoredAuthorization[];
}

export const NOTHING: Rescued = { identity: null, authorizations: [] };

/** Reads of a damaged database, which it may alter, what can be read. */
export async function rescue(file: string, keys: KeyRing): Promise<Rescued> {
  const connection = await openDamaged(file);
  try {
    const store = new Store(connection, keys);
    const authorizations: StoredAuthorization[] = [];
    const identity = await orNothing(() => store.identity());
    await orNothing(async () => {
      for await (const authorization of store.authorizations()) authorizations.push(authorization);
      return null;
    });
    return { identity: identity !== null && isPlausible(identity) ? identity : null, authorizations };
  } finally {
    await connection.close();
  }
}

export async function refill(store: Store, { identity, authorizations }: Rescued): Promise<void> {
  if (identity !== null) await store.rememberIdentity(identity);
  for (const authorization of authorizations) await store.storeAuthorization(authorization);
}

async function orNothing<T>(read: () => Promise<T | null>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isSqliteError(error)) return null;
    throw error;
  }
}

/** No seal protects an identity: of a damaged file only one that looks like one is believed. */
function isPlausible({ clientId, source }: StoredIdentity): boolean {
  return /^[!-~]+$/.test(clientId) && ["fixed", "board-serial", "machine-id", "generated"].includes(source);
}
