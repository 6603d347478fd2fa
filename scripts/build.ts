/** Bundles both programs and the status page into `dist/`: a board loads one file fast, and hundreds slowly. */
import { chmodSync, cpSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { buildWebUi } from "./build-web-ui.ts";
import { BUNDLE } from "./bundle.ts";
import { builtAt, version } from "./release.ts";

rmSync("dist", { recursive: true, force: true });
await build({
  ...BUNDLE,
  entryPoints: { c2cd: "daemon/main.ts", c2cctl: "daemon/ctl/main.ts" },
  outdir: "dist",
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  minifySyntax: true,
  // A third less to read from a slow card. Names stay, and lines, so that a stack trace can be read.
  minifyWhitespace: true,
  lineLimit: 160,
  // The licences of everything in here are the package's documentation: scripts/build-licences.ts.
  legalComments: "none",
  define: { ...BUNDLE.define, BUILD: JSON.stringify({ version: version(), builtAt: builtAt() }) },
});
await buildWebUi("dist/web-ui");
cpSync("daemon/type/faces", "dist/faces", { recursive: true });
chmodSync("dist/c2cd.js", 0o755);
chmodSync("dist/c2cctl.js", 0o755);
