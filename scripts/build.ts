/** Bundles both programs and the status page into `dist/`, with the code cache of the Node.js that is here. */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { buildWebUi } from "./build-web-ui.ts";
import { buildPrograms } from "./bundle.ts";
import { NODE_FLAGS } from "./node-flags.ts";
import { builtAt, version } from "./release.ts";

rmSync("dist", { recursive: true, force: true });
await buildPrograms("dist", ["c2cd", "c2cctl"], {
  BUILD_VERSION: JSON.stringify(version()),
  BUILD_TIME: String(builtAt()),
});
await buildWebUi("dist/web-ui");
cpSync("daemon/type/faces", "dist/faces", { recursive: true });
execFileSync(process.execPath, [...NODE_FLAGS, "dist/compile.js"], { env: {} });
