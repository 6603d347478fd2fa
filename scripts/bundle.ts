import type { BuildOptions } from "esbuild";

/**
 * What CommonJS packages in the bundle expect to find around them; and what a source file takes for its own address:
 * what lies beside it lies beside the programs, whichever part of the bundle the file has become.
 */
const BANNER = `#!/usr/bin/env node
import { createRequire as bundleRequire } from "node:module";
import { dirname as bundleDirname } from "node:path";
import { fileURLToPath as bundlePath } from "node:url";
const require = bundleRequire(import.meta.url);
const __filename = bundlePath(import.meta.url);
const __dirname = bundleDirname(__filename);
const bundleUrl = new URL(/\\/chunks\\/[^/]+-[A-Z0-9]{8}\\.js$/.test(__filename) ? "../c2cd.js" : "c2cd.js", import.meta.url).href;`;

/** How a program becomes one file that needs no package but the native ones. */
export const BUNDLE = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  alias: {
    // fontkit's own decompressor is a megabyte of JavaScript; Node has one.
    "brotli/decompress.js": "./scripts/brotli.ts",
    // Schemas are not compiled: daemon/local/schema-readers.ts.
    "@fastify/ajv-compiler": "./scripts/absent.ts",
    "@fastify/fast-json-stringify-compiler": "./scripts/absent.ts",
  },
  // Native modules, found beside the bundle at run time.
  external: ["sqlite3", "i2c-bus", "spi-device", "node-libgpiod"],
  define: { "import.meta.url": "bundleUrl" },
  banner: { js: BANNER },
  logLevel: "warning",
} satisfies BuildOptions;
