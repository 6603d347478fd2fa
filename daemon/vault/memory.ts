import type { StoredAuthorization, StoredEnd } from "../contract/authorization.ts";
import type { Identity } from "../contract/identity.ts";

/** Authorizations of other boards that are kept. */
const OTHERS_KEPT = 16;

/** All that a device remembers but its history, as one value. A change makes a new one. */
export interface Memory {
  /** Which unit this is; null before it was chosen once. */
  readonly identity: Identity | null;
  /** By client_id, the newest last: this unit's, and those of other boards that the card has been in. */
  readonly authorizations: ReadonlyMap<string, Known>;
}

/** What is known of the authorization of one client_id. */
export type Known =
  | { readonly type: "held"; readonly authorization: StoredAuthorization }
  /** It is there and can't be unsealed. `reason` is a sentence; `foreign` where the key to it is not on this device. */
  | { readonly type: "unreadable"; readonly reason: string; readonly foreign: boolean }
  /** It was there and is not any more. At most one in a memory has an `end`. */
  | { readonly type: "gone"; readonly end: StoredEnd | null };

export const NOTHING: Memory = { identity: null, authorizations: new Map() };

/** Remembers an authorization. A new one ends what is told of an end, and the oldest of too many others goes. */
export function withAuthorization(memory: Memory, authorization: StoredAuthorization): Memory {
  const { clientId } = authorization;
  const isNew = held(memory, clientId) === null;
  const known = isNew ? withoutEnds(memory) : new Map(memory.authorizations);
  if (isNew) known.delete(clientId);
  known.set(clientId, { type: "held", authorization });
  const there = [...known].filter(([, { type }]) => type !== "gone");
  for (const [other] of there.slice(0, -1 - OTHERS_KEPT)) known.set(other, { type: "gone", end: null });
  return { ...memory, authorizations: known };
}

/** @param end null where someone unpaired it and knows why it is gone */
export function withoutAuthorization(memory: Memory, clientId: string, end: StoredEnd | null): Memory {
  const known = end === null ? new Map(memory.authorizations) : withoutEnds(memory);
  return { ...memory, authorizations: known.set(clientId, { type: "gone", end }) };
}

/** What a disk held, and over it all that was remembered before it could be asked. */
export function merged(disk: Memory, memory: Memory): Memory {
  if (memory.authorizations.size === 0) return { ...disk, identity: memory.identity ?? disk.identity };
  const known = withoutEnds(disk);
  for (const [clientId, ours] of memory.authorizations)
    if (ours.type !== "unreadable") known.set(clientId, ours);
  return { identity: memory.identity ?? disk.identity, authorizations: known };
}

/** The authorization of this client_id; null where there is none that can be read. */
export function held(memory: Memory, clientId: string): StoredAuthorization | null {
  const known = memory.authorizations.get(clientId);
  return known?.type === "held" ? known.authorization : null;
}

/** Whether the one on the disk brings new tokens as this one does: a server may issue access tokens to the same refresh token. */
export function renewsLike(ours: StoredAuthorization, stored: StoredAuthorization | null): boolean {
  const [one, other] = [ours.current, stored?.current ?? null];
  if (other === null) return false;
  return one.refreshToken === null || other.refreshToken === null
    ? one.accessToken.equals(other.accessToken)
    : one.refreshToken.equals(other.refreshToken);
}

/** How the authorization of this client_id ended; null where nothing is to be told of it. */
export function endOf(memory: Memory, clientId: string): StoredEnd | null {
  const known = memory.authorizations.get(clientId);
  return known?.type === "gone" ? known.end : null;
}

/** Why the authorization of this client_id can't be read though one is there, as a sentence; or null. */
export function whyUnreadable({ authorizations }: Memory, clientId: string): string | null {
  const known = authorizations.get(clientId);
  if (known?.type === "held") return null;
  if (known?.type === "unreadable") return known.reason;
  const others = [...authorizations.values()].filter(({ type }) => type !== "gone");
  return others.length > 0 && others.every((other) => other.type === "unreadable" && other.foreign)
    ? "The stored authorization belongs to another device and is sealed under that device's key."
    : null;
}

function withoutEnds({ authorizations }: Memory): Map<string, Known> {
  return new Map(
    [...authorizations].map(([clientId, known]) => [
      clientId,
      known.type === "gone" ? { type: "gone", end: null } : known,
    ]),
  );
}
