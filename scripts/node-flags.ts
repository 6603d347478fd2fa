/**
 * How Node.js runs the programs. Without a just-in-time compiler: they need a tenth less memory, and no memory that is
 * both written and executed, so that the unit can forbid it. V8 has no WebAssembly then, and says so unless it is told.
 */
export const NODE_FLAGS = ["--jitless", "--no-expose-wasm"];
