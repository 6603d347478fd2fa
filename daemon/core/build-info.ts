/** Put in by the bundler; straight from the sources there is none of them. */
declare const BUILD_VERSION: string | undefined;
declare const BUILD_TIME: number | undefined;

export interface BuildInfo {
  readonly version: string;
  /** Wall time of the sources: the clock can't be right before it. */
  readonly builtAt: number;
}

export const buildInfo: BuildInfo = {
  version: typeof BUILD_VERSION === "undefined" ? "0.0.0-dev" : BUILD_VERSION,
  builtAt: typeof BUILD_TIME === "undefined" ? 0 : BUILD_TIME,
};
