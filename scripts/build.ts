/** Bundles both programs and the status page into `dist/`, with the code cache of the Node.js that is here. */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { buildWebUi } from "./build-web-ui.ts";
import { buildPrograms } from "./bundle.ts";
import { NODE_FLAGS } from "./node-flags.ts";
import { builtAt, version } from "./release.ts";
import { componentsOf, cycloneDx, spdx } from "./sbom.ts";

rmSync("dist", { recursive: true, force: true });
const taken = await buildPrograms("dist", ["c2cd", "c2cctl"], {
  BUILD_VERSION: JSON.stringify(version()),
  BUILD_TIME: String(builtAt()),
});
await buildWebUi("dist/web-ui");
const components = componentsOf(taken);
const release = { version: version(), builtAt: builtAt() };
writeFileSync("dist/sbom.cdx.json", `${JSON.stringify(cycloneDx(components, release), null, 1)}\n`);
writeFileSync("dist/sbom.spdx.json", `${JSON.stringify(spdx(components, release), null, 1)}\n`);
cpSync("daemon/type/faces", "dist/faces", { recursive: true });
execFileSync(process.execPath, [...NODE_FLAGS, "dist/compile.js"], { env: {} });
