import { type Config, ENVIRONMENT_PREFIX } from "./config.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const PROXY_VARIABLES = ["https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"];

/** A file of certificates that Node.js reads besides (node(1)); version 20 at each start, whether they are needed or not. */
export const EXTRA_CERTIFICATES = "NODE_EXTRA_CA_CERTS";

/** Stands for a proxy's user and password. */
export const HIDDEN = "***";

/**
 * The variables that decide over the configuration, over the way to Frame.io and over whom Node.js trusts, as they may
 * be told to programs of this device: without a proxy's user and password.
 */
export function governing(environment: Environment, config: Config): Readonly<Record<string, string>> {
  const keys = Object.entries(config).flatMap(([section, values]) =>
    Object.keys(values).map((name) => `${ENVIRONMENT_PREFIX}${section}_${name}`.toUpperCase()),
  );
  const told: Record<string, string> = {};
  for (const name of [...keys, EXTRA_CERTIFICATES])
    if (environment[name] !== undefined) told[name] = environment[name];
  for (const name of PROXY_VARIABLES)
    if (environment[name] !== undefined)
      told[name] = environment[name].replace(/^(\w+:\/\/)?.*@/s, `$1${HIDDEN}@`);
  return told;
}

export interface Directories {
  readonly state: string;
  readonly runtime: string;
  /** Null where no service manager hands over credentials. */
  readonly credentials: string | null;
}

/**
 * The directories that the service manager has made for c2cd (systemd.exec(5)). What is set to nothing is not set; of
 * several, which a drop-in may bring about, the unit's own is the first.
 *
 * @param root prefix of every system path
 */
export function directories(environment: Environment, root: string): Directories {
  const first = (name: string) => environment[name]?.split(":", 1)[0] || null;
  return {
    state: first("STATE_DIRECTORY") ?? `${root}/var/lib/c2cd`,
    runtime: first("RUNTIME_DIRECTORY") ?? `${root}/run/c2cd`,
    credentials: environment.CREDENTIALS_DIRECTORY || null,
  };
}
