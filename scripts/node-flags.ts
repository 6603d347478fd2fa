/**
 * How Node.js runs the programs, as measured (docs/performance.md). Without a just-in-time compiler: they need a tenth
 * less memory, and none that is both written and executed, so that the unit can forbid it. Young objects get a megabyte:
 * more would be kept for the garbage of a start.
 */
export const EVERY_NODE = ["--max-semi-space-size=1", "--jitless"];

/** Without a compiler V8 has no WebAssembly. Before this major version it says so at each start, unless it is told. */
export const QUIET_SINCE = 24;
/** What tells it; later versions refuse it. */
export const BEFORE_QUIET = "--no-expose-wasm";

/** For the Node.js that runs this. */
export const NODE_FLAGS =
  Number.parseInt(process.versions.node, 10) < QUIET_SINCE ? [...EVERY_NODE, BEFORE_QUIET] : EVERY_NODE;
