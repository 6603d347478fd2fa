import type { Clock } from "../../daemon/core/clock.ts";
import type { Disk } from "../../daemon/vault/disk.ts";
import { MemoryFirstVault } from "../../daemon/vault/follow.ts";
import type { Vault } from "../../daemon/vault/vault.ts";

/** The daemon's vault, open, and what is to hold it made or refused. */
export async function openVault({ clock, disk }: { clock: Clock; disk: Disk }): Promise<Vault> {
  const vault = new MemoryFirstVault(clock, disk);
  await vault.open();
  await vault.history(0);
  return vault;
}
