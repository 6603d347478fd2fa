/**
 * `scripts/container-test`: builds Dockerfile.arm64 without a daemon and on Debian roots made here, and runs the image,
 * through qemu-user where this machine is no arm64.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { decodeQr } from "../boot/screen.ts";
import { waitFor } from "../boot/wait.ts";
import { boardRoot } from "./container.ts";
import { type DefaultFrameio, HOST, ROOTS, startDefaultFrameio } from "./frameio.ts";

const SECRET = "container-test-secret";
const IMAGE = "localhost/c2cd-test";
const STORE = resolve(".cache/package/images");

function buildah(...args: string[]): string {
  return execFileSync("nice", ["buildah", `--root=${STORE}`, `--runroot=${STORE}-run`, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 26,
    env: { ...process.env, STORAGE_DRIVER: "vfs", BUILDAH_ISOLATION: "chroot" },
  }).trim();
}

/** An image of nothing but a Debian root. */
function baseImage(arch: "amd64" | "arm64"): string {
  const name = `localhost/c2cd-test-base:${arch}`;
  const container = buildah("from", "scratch");
  buildah("add", "--quiet", container, boardRoot(arch), "/");
  // Whoever's proxy stands between this machine and npm: its certificate is in here.
  buildah("copy", "--quiet", container, ROOTS, "/etc/ssl/certs/");
  buildah("config", "--os=linux", `--arch=${arch}`, container);
  buildah("commit", "--quiet", "--rm", container, name);
  return name;
}

describe("the image for arm64", () => {
  const scratch = mkdtempSync(join(tmpdir(), "c2cd-image-"));
  let frameio: DefaultFrameio;
  let container = "";
  let daemon: ChildProcess | null = null;
  let output = "";

  before(async () => {
    frameio = await startDefaultFrameio(SECRET);
  });
  after(async () => {
    daemon?.kill("SIGKILL");
    await frameio.simulator.close();
    if (container !== "") buildah("rm", container);
    rmSync(scratch, { recursive: true });
  });

  it("is built on this machine, from Debian roots of its own", () => {
    const host = process.arch === "arm64" ? "arm64" : "amd64";
    buildah(
      ...[
        "build",
        "--quiet",
        "--layers",
        "--platform=linux/arm64",
        "--pull-never",
        "--file=Dockerfile.arm64",
      ],
      // Debian 12's buildah knows no platform of the host by itself.
      `--build-arg=BUILDPLATFORM=linux/${host}`,
      ...[`--build-arg=BUILD_BASE=${baseImage(host)}`, `--build-arg=RUNTIME_BASE=${baseImage("arm64")}`],
      ...[`--tag=${IMAGE}`, "."],
    );
    const format = "{{.OCIv1.Architecture}} {{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}}";
    assert.equal(buildah("inspect", "--type=image", `--format=${format}`, IMAGE), "arm64 c2cd [c2cd]");
  });

  it("runs as its own user, shows the code, and pairs", async () => {
    writeFileSync(
      join(scratch, "c2cd.toml"),
      'display.driver = "png"\ndisplay.device = "/pictures/screen.png"\n',
    );
    writeFileSync(join(scratch, "roots"), readFileSync(ROOTS, "utf8") + frameio.root);
    writeFileSync(join(scratch, "client_secret"), SECRET, { mode: 0o644 });
    // Beside the image's own volume, which Buildah puts over one of ours.
    const pictures = join(scratch, "pictures");
    mkdirSync(pictures);
    chmodSync(pictures, 0o777);
    container = buildah("from", "--pull-never", `--add-host=${HOST}:${frameio.address}`, IMAGE);
    assert.match(buildah("run", container, "--", "uname", "-m"), /aarch64/);

    daemon = spawn(
      "buildah",
      [
        ...[`--root=${STORE}`, `--runroot=${STORE}-run`, "run", "--isolation=chroot"],
        ...["--volume", `${join(scratch, "c2cd.toml")}:/etc/c2cd/c2cd.toml:ro`],
        ...["--volume", `${join(scratch, "client_secret")}:/run/secrets/client_secret:ro`],
        ...["--volume", `${pictures}:/pictures`],
        ...["--volume", `${join(scratch, "roots")}:${ROOTS}:ro`],
        ...[container, "--", "c2cd"],
      ],
      { env: { ...process.env, STORAGE_DRIVER: "vfs" }, stdio: ["ignore", "pipe", "pipe"] },
    );
    for (const stream of [daemon.stdout, daemon.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });

    const scanned = await waitFor("a QR code in the picture", 300_000, async () => {
      try {
        return decodeQr(readFileSync(join(pictures, "screen.png")));
      } catch {
        return null;
      }
    });
    const [code] = frameio.simulator.codes();
    assert.ok(code !== undefined && scanned.toLowerCase().endsWith(code.userCode), scanned);
    frameio.simulator.approve();
    await waitFor("the pairing", 120_000, async () => output.includes("confirming -> paired") || null);
    assert.ok(!output.includes(SECRET));
    daemon.kill("SIGTERM");
  });
});
