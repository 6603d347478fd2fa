/**
 * How Node.js runs the programs, as measured (docs/performance.md). Without a just-in-time compiler: they need a tenth
 * less memory, and none that is both written and executed, so that the unit can forbid it. V8 has no WebAssembly then,
 * and says so unless it is told. Young objects get a megabyte: more would be kept for the garbage of a start.
 */
export const NODE_FLAGS = ["--jitless", "--no-expose-wasm", "--max-semi-space-size=1"];
