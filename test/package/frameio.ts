import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "../simulator/certificates.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";

/** The product's default. */
export const HOST = "api.frame.io";

/** Debian's root certificates. */
export const ROOTS = "/etc/ssl/certs/ca-certificates.crt";

/** A simulator that a device with nothing configured finds, once its hosts(5) and its root certificates know of it. */
export interface DefaultFrameio {
  readonly simulator: Simulator;
  /** What `HOST` must lead to; port 443 of it is the simulator's. */
  readonly address: string;
  /** What must be trusted, PEM. */
  readonly root: string;
}

export async function startDefaultFrameio(secret: string): Promise<DefaultFrameio> {
  // All of 127.0.0.0/8 is this machine; an address that nobody else takes leaves port 443 of the others alone.
  const address = `127.${100 + (process.pid >> 16)}.${(process.pid >> 8) & 255}.${process.pid & 255}`;
  const directory = mkdtempSync(join(tmpdir(), "c2cd-frameio-"));
  const authority = createAuthority(directory);
  const tls = authority.issue({ hosts: [HOST] });
  rmSync(directory, { recursive: true });
  const simulator = await startSimulator({
    host: address,
    port: 443,
    tls,
    publicUrl: `https://${HOST}`,
    secret,
  });
  return { simulator, address, root: authority.cert };
}
