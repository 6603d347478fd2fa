/** sysexits(3h), the ones that the programs use. */
export const EXIT = {
  ok: 0,
  /** A check failed (`c2cctl doctor`). */
  failed: 1,
  usage: 64,
  /** Nobody answers, or not as the daemon would. */
  unavailable: 69,
  software: 70,
  /** A file can't be written. */
  cantCreate: 73,
  /** Not now: ask again later. */
  tryLater: 75,
  noPermission: 77,
  config: 78,
  /** Ended by SIGINT: 128 + 2, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
