/**
 * How Node.js runs the programs, as measured (docs/performance.md). Young objects get a megabyte: more would be kept for
 * the garbage of a start.
 */
export const NODE_FLAGS = ["--max-semi-space-size=1"];
