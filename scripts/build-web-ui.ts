import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** The oldest that the page is made for; older ones still get it, without live updates. */
const BROWSERS = ["chrome93", "firefox91", "safari15"];

/** Makes the files that the status page asks for: one script, one style sheet, one icon. */
export async function buildWebUi(outdir: string): Promise<void> {
  await build({
    entryPoints: { page: "web-ui/browser/page.ts" },
    outdir,
    bundle: true,
    minify: true,
    format: "esm",
    target: BROWSERS,
    logLevel: "warning",
  });
  await build({
    entryPoints: ["web-ui/page.css"],
    outdir,
    minify: true,
    target: BROWSERS,
    logLevel: "warning",
  });
  mkdirSync(outdir, { recursive: true });
  copyFileSync("web-ui/icon.svg", join(outdir, "icon.svg"));
}
