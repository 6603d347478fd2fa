declare const BUILD: BuildInfo | undefined;

export interface BuildInfo {
  readonly version: string;
  /** Wall time of the sources: the clock can't be right before it. */
  readonly builtAt: number;
}

/** Put in by the bundler; straight from the sources there is none. */
export const buildInfo: BuildInfo =
  typeof BUILD === "undefined" ? { version: "0.0.0-dev", builtAt: 0 } : BUILD;
