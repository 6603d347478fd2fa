/** The trees that `--root` moves; what lies elsewhere is a user's own path. */
const SYSTEM_TREES = /^\/(proc|sys|dev|etc|run|var)(\/|$)/;

/** Where a path of the configuration really is. */
export function underRoot(root: string, path: string): string {
  return SYSTEM_TREES.test(path) ? `${root}${path}` : path;
}
