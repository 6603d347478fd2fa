/** Bundles both programs and the status page into `dist/`: a board loads one file fast, and hundreds slowly. */
import { chmodSync, cpSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { buildWebUi } from "./build-web-ui.ts";
import { builtAt, version } from "./release.ts";

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

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: { c2cd: "daemon/main.ts", c2cctl: "daemon/ctl/main.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  platform: "node",
  target: "node20",
  format: "esm",
  minifySyntax: true,
  // A third less to read from a slow card. Names stay, and lines, so that a stack trace can be read.
  minifyWhitespace: true,
  lineLimit: 160,
  // The licences of everything in here are the package's documentation: scripts/build-licences.ts.
  legalComments: "none",
  // fontkit's own decompressor is a megabyte of JavaScript; Node has one.
  alias: { "brotli/decompress.js": "./scripts/brotli.ts" },
  // Native modules, found beside the bundle at run time.
  external: ["sqlite3", "i2c-bus", "spi-device", "node-libgpiod"],
  define: {
    BUILD: JSON.stringify({ version: version(), builtAt: builtAt() }),
    "import.meta.url": "bundleUrl",
  },
  banner: { js: BANNER },
  logLevel: "warning",
});
await buildWebUi("dist/web-ui");
cpSync("daemon/type/faces", "dist/faces", { recursive: true });
chmodSync("dist/c2cd.js", 0o755);
chmodSync("dist/c2cctl.js", 0o755);
