import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { version } from "../../scripts/release.ts";
import { Board } from "../e2e/board.ts";
import { DaemonProcess, eventually } from "../e2e/daemon-process.ts";
import { readQr } from "../e2e/pixels.ts";
import { startSimulator } from "../simulator/simulator.ts";

const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: "utf8" });
const arch = run("dpkg", "--print-architecture").trim();
const name = `c2cd-${version()}-linux-${arch}`;

describe("the tarball", { timeout: 1_200_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "c2cd-tarball-"));
  const image = join(scratch, "an image");
  after(() => rmSync(scratch, { recursive: true }));
  const install = () => run("make", "--silent", "-C", join(scratch, name), "install", `DESTDIR=${image}`);

  before(() => {
    run("scripts/build-tarball", arch, "--built");
    run("tar", "-C", scratch, "-xzf", `dist/${name}.tar.gz`);
    install();
  });

  it("is the same to the last byte when it is built again", () => {
    const sum = () =>
      createHash("sha256")
        .update(readFileSync(`dist/${name}.tar.gz`))
        .digest("hex");
    const once = sum();
    run("scripts/build-tarball", arch, "--built");
    assert.equal(sum(), once);
  });

  it("puts every file of its list into an image, and opens none of them to others", () => {
    const list = readFileSync(join(scratch, name, "SHA256SUMS"), "utf8")
      .trimEnd()
      .split("\n");
    assert.ok(list.length > 50);
    for (const line of list) {
      const [, sum, file = ""] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      const path = join(image, file);
      assert.equal(createHash("sha256").update(readFileSync(path)).digest("hex"), sum, file);
      assert.ok([0o644, 0o755].includes(statSync(path).mode & 0o777), file);
    }
    const there = readdirSync(image, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    assert.equal(there.length, list.length);
  });

  it("runs from there, with the native modules that it brings", async () => {
    const simulator = await startSimulator();
    const board = new Board();
    const wrapper = [
      "unshare",
      "--mount",
      "sh",
      "-c",
      'mount --bind "$0" dist && exec "$@"',
      join(image, "usr/lib/c2cd"),
    ];
    const daemon = new DaemonProcess(board, simulator, {}, { wrapper });
    try {
      await eventually("a code that reads", () => readQr(board));
      simulator.approve();
      await daemon.until("paired", ({ state }) => state === "paired");
    } finally {
      await daemon.end();
      await simulator.close();
      board.remove();
    }
  });

  it("leaves a configuration alone that is there, and takes away what it brought", () => {
    const file = join(image, "etc/c2cd/c2cd.toml");
    writeFileSync(file, '[log]\nlevel = "debug"\n');
    install();
    assert.match(readFileSync(file, "utf8"), /debug/);
    run("make", "--silent", "-C", join(scratch, name), "uninstall", `DESTDIR=${image}`);
    const left = readdirSync(image, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    assert.deepEqual(
      left.map(({ name }) => name),
      ["c2cd.toml"],
    );
  });
});

describe("the sample layer for Yocto", () => {
  const recipes = "docs/yocto/meta-c2cd/recipes-connectivity/c2cd";
  const recipe = readFileSync(join(recipes, `c2cd_${version()}.bb`), "utf8");
  const value = (key: string) => new RegExp(`^${key} \\+?= "(.*)"$`, "m").exec(recipe)?.[1] ?? "";

  it("is for this version, and knows its licence", () => {
    assert.deepEqual(readdirSync(recipes), [`c2cd_${version()}.bb`]);
    assert.match(value("LIC_FILES_CHKSUM"), new RegExp(run("md5sum", "LICENSE").slice(0, 32)));
  });

  it("makes the user, the groups and the units that the package makes", () => {
    const groups = [...readFileSync("systemd/c2cd.sysusers", "utf8").matchAll(/^m c2cd (\S+)$/gm)].map(
      ([, group]) => group,
    );
    assert.match(value("USERADD_PARAM:\\$\\{PN\\}"), new RegExp(`--groups ${groups.join(",")} c2cd$`));
    const units = [...readFileSync("systemd/c2cd.preset", "utf8").matchAll(/^enable (\S+)$/gm)].map(
      ([, unit]) => unit,
    );
    assert.equal(value("SYSTEMD_SERVICE:\\$\\{PN\\}"), units.join(" "));
  });

  it("takes up every directory that the tarball fills", () => {
    // What bitbake.conf has in FILES of every package, with ${prefix} and ${sysconfdir}.
    const usual = /^(usr\/bin|usr\/sbin|etc|usr\/share)\//;
    const named = value("FILES:\\$\\{PN\\}")
      .replaceAll(/\$\{prefix\}/g, "usr")
      .replaceAll(/\$\{systemd_unitdir\}/g, "usr/lib/systemd");
    const files = run("tar", "-tzf", `dist/${name}.tar.gz`)
      .split("\n")
      .filter((path) => path.startsWith(`${name}/files/`) && !path.endsWith("/"))
      .map((path) => path.slice(`${name}/files/`.length));
    for (const file of files)
      assert.ok(
        usual.test(file) || named.split(" ").some((directory) => file.startsWith(`${directory}/`)),
        file,
      );
  });
});
