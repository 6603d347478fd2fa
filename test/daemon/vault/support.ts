import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { StoredAuthorization, StoredTokens } from "../../../daemon/contract/authorization.ts";
import type { StoredIdentity } from "../../../daemon/contract/identity.ts";
import { Secret } from "../../../daemon/core/secret.ts";
import { openVault, type VaultOptions } from "../../../daemon/vault/disk.ts";
import type { DiskVault, ResilientVault } from "../../../daemon/vault/vault.ts";
import { ManualClock, settled } from "../../support/manual-clock.ts";

export const CLIENT = "10000000abcdef01";

export const identity: StoredIdentity = {
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

const stacks = new WeakMap<TestContext, (() => unknown)[]>();

/** Does something after the test; what was asked for last is done first. */
export function defer(t: TestContext, undo: () => unknown): void {
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

export interface Room {
  readonly options: VaultOptions & { readonly clock: ManualClock };
  readonly directory: string;
  readonly database: string;
  /** Opens the vault; it is closed after the test. */
  open(change?: Partial<VaultOptions>): Promise<DiskVault>;
}

/** A state directory in a workspace. */
export function room(t: TestContext, base = workspace(t)): Room {
  const options = {
    directory: join(base, "state"),
    credentialsDirectory: null,
    scratch: base,
    clock: new ManualClock(),
  };
  return {
    options,
    directory: options.directory,
    database: join(options.directory, "c2cd.db"),
    async open(change) {
      const vault = await openVault({ ...options, ...change });
      defer(t, () => vault.close());
      return vault;
    },
  };
}

/** Lets time pass until the disk is well again. */
export async function recovery(vault: ResilientVault, clock: ManualClock): Promise<void> {
  while (vault.failing() !== null) {
    await clock.advance(1_000);
    await settled();
  }
}
