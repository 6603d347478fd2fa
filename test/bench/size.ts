import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { type Bench, figure } from "./bench.ts";

const ARCH = process.arch === "arm64" ? "arm64" : "amd64";
const MB = 1e6;

/** Bytes that a package says it takes when it is installed (deb-control(5): in KiB). */
function installed(deb: string): number {
  return Number(execFileSync("dpkg-deb", ["--field", deb, "Installed-Size"], { encoding: "utf8" })) * 1_024;
}

export const size: Bench = {
  name: "size",
  measures: "of the package, without Node.js",
  columns: ["installed", "to download"],
  async run() {
    execFileSync("scripts/build-deb", [ARCH, "--built"], { stdio: ["ignore", "ignore", "inherit"] });
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const deb = `dist/c2cd_${version}_${ARCH}.deb`;
    return [
      {
        subject: `c2cd: ${ARCH}`,
        figures: [figure(installed(deb) / MB, "MB", 5), figure(statSync(deb).size / MB, "MB")],
      },
      {
        subject: "peer: the node that runs this",
        figures: [figure(statSync(process.execPath).size / MB, "MB"), null],
      },
    ];
  },
};
