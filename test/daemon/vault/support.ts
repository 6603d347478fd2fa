import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import sqlite3 from "sqlite3";
import type { StoredAuthorization, StoredTokens } from "../../../daemon/contract/authorization.ts";
import type { Identity } from "../../../daemon/contract/identity.ts";
import { StorageError } from "../../../daemon/contract/storage.ts";
import type { Clock } from "../../../daemon/core/clock.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import { Disk, type DiskOptions } from "../../../daemon/vault/disk.ts";
import type { Vault } from "../../../daemon/vault/vault.ts";
import { ManualClock, settled } from "../../support/manual-clock.ts";
import { openVault } from "../../support/open-vault.ts";

export const CLIENT = "10000000abcdef01";

export const identity: Identity = {
  clientId: CLIENT,
  source: "board-serial",
  model: "Raspberry Pi 4 Model B Rev 1.4",
  boardSerial: "10000000abcdef01",
};

export function tokens(number: number): StoredTokens {
  return {
    accessToken: new Secret(`access-${number}-${"a".repeat(900)}`),
    refreshToken: new Secret(`refresh-${number}-3f7c2a`),
    expiresIn: 28_800,
    obtainedAt: 1_700_000_000_000 + number,
    clockTrusted: true,
  };
}

/** Authorizations that differ by a number. */
export function authorization(number: number, clientId = CLIENT): StoredAuthorization {
  return {
    clientId,
    current: tokens(number),
    previous: number > 0 ? tokens(number - 1) : null,
    refreshBegun: null,
    leaving: false,
    bodyEncoding: "multipart",
    device: {
      ids: ["d1", "r1"],
      name: "Camera A",
      project: { id: "e7d9c5c0", name: "Feature film" },
      authorizationExpiresAt: null,
      paused: false,
      canCreateAssets: true,
    },
  };
}

/** The number of an authorization that `authorization` made; null for none. */
export function numberOf(stored: StoredAuthorization | null): number | null {
  return stored && stored.current.obtainedAt - 1_700_000_000_000;
}

/** Everything of an authorization, the tokens in the clear: two are the same when this is. */
export function plain(stored: StoredAuthorization | null): unknown {
  const reveal = (pair: StoredTokens | null) =>
    pair && { ...pair, accessToken: pair.accessToken.reveal(), refreshToken: pair.refreshToken?.reveal() };
  return stored && { ...stored, current: reveal(stored.current), previous: reveal(stored.previous) };
}

/** What ends, and does something then: a test, or a benchmark. */
export type Ending = Pick<TestContext, "after">;

const stacks = new WeakMap<Ending, (() => unknown)[]>();

/** Does something after the test; what was asked for last is done first. */
export function defer(t: Ending, undo: () => unknown): void {
  const known = stacks.get(t);
  if (known !== undefined) {
    known.push(undo);
    return;
  }
  const stack = [undo];
  stacks.set(t, stack);
  t.after(async () => {
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) await next();
  });
}

/** An empty directory that is gone after the test. */
export function workspace(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "c2cd-vault-"));
  defer(t, () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The daemon's vault on a disk; and what its disk refuses rejects at once, for a test to see. */
export async function openStrictly(clock: Clock, disk: Disk): Promise<Vault> {
  try {
    await disk.history(0);
  } catch (error) {
    await disk.close();
    throw error;
  }
  const vault = await openVault({ clock, disk });
  return new Proxy(vault, {
    get(target, name: keyof Vault) {
      const member = target[name];
      if (typeof member !== "function") return member;
      const call = member.bind(target) as (...given: unknown[]) => unknown;
      if (!["rememberIdentity", "storeAuthorization", "forgetAuthorization", "record"].includes(name))
        return call;
      return async (...given: unknown[]) => {
        await call(...given);
        const trouble = target.failing();
        if (trouble !== null) throw new StorageError(trouble.reason);
      };
    },
  });
}

export interface Room {
  readonly options: DiskOptions & { readonly clock: ManualClock };
  readonly directory: string;
  readonly database: string;
  disk(change?: Partial<DiskOptions>): Disk;
  /** Opens the vault, strictly; it is closed after the test. */
  open(change?: Partial<DiskOptions>): Promise<Vault>;
}

/** A state directory in a workspace. */
export function room(t: TestContext, base = workspace(t)): Room {
  const options = {
    directory: join(base, "state"),
    credentialsDirectory: null,
    scratch: base,
    clock: new ManualClock(),
  };
  const disk = (change?: Partial<DiskOptions>) => new Disk({ ...options, ...change });
  return {
    options,
    directory: options.directory,
    database: join(options.directory, "c2cd.db"),
    disk,
    async open(change) {
      const vault = await openStrictly(options.clock, disk(change));
      defer(t, () => vault.close());
      return vault;
    },
  };
}

/** Runs SQL on a closed database. */
export function sql(file: string, ...statements: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file);
    database.exec(statements.join(";"), (error) => {
      database.close((closing) => ((error ?? closing) ? reject(error ?? closing) : resolve()));
    });
  });
}

/** What a pulled battery would leave of a state directory whose daemon runs: the same files in another one. */
export function pulled(t: TestContext, { directory }: Room): Room {
  const after = room(t);
  mkdirSync(after.directory, { mode: 0o700 });
  for (const name of ["c2cd.db", "c2cd.db-wal", "vault.key"])
    if (existsSync(join(directory, name))) copyFileSync(join(directory, name), join(after.directory, name));
  return after;
}

/** A real disk, with a switch that makes it refuse. */
export function switched(disk: Disk, reason = "The storage is full.") {
  const wire = { cut: false };
  const switchedDisk = new Proxy(disk, {
    get(target, name: keyof Disk) {
      const member = target[name];
      if (typeof member !== "function") return member;
      const call = member.bind(target) as (...given: unknown[]) => unknown;
      return (...given: unknown[]) =>
        wire.cut && name !== "close" ? Promise.reject(new StorageError(reason)) : call(...given);
    },
  });
  return { wire, disk: switchedDisk };
}

/** Lets time pass until the disk is well again. */
export async function recovery(vault: Vault, clock: ManualClock): Promise<void> {
  while (vault.failing() !== null) {
    await clock.advance(1_000);
    await settled();
  }
}
