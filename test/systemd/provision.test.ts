import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../scripts/provision", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "provision-"));
after(() => rmSync(scratch, { recursive: true }));
const notRoot = process.getuid?.() === 0 ? false : "provisioning needs root";

/** TMPFS_MAGIC (include/uapi/linux/magic.h) */
const TMPFS = 0x01021994;

/** Why nothing can be sealed in a system of its own on this machine; false where it can. */
function noNamespace(): string | false {
  if (spawnSync("systemd-creds", ["--version"]).error !== undefined) return "systemd-creds is not installed";
  // systemd-creds keeps no key of the system where it would be lost.
  if (statfsSync(scratch).type === TMPFS) return "temporary files are in memory";
  return spawnSync("unshare", ["--mount", "true"]).status === 0 ? false : "there are no mount namespaces";
}

describe("provision", { skip: notRoot }, () => {
  let root: string;
  const stored = () => join(root, "etc/credstore/c2cd.client_secret");

  beforeEach(() => {
    root = mkdtempSync(join(scratch, "root-"));
    mkdirSync(join(root, "etc"));
  });

  function provision(args: readonly string[], input: string) {
    return spawnSync(script, args, { input, encoding: "utf8" });
  }

  function put(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  it("puts the secret of an image where systemd looks for it, for root alone", () => {
    const { status, stdout } = provision(["--root", root], "s3cret-of-the-model\r\n");
    assert.equal(status, 0);
    assert.equal(readFileSync(stored(), "utf8"), "s3cret-of-the-model\n");
    assert.equal(statSync(stored()).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(stored())).mode & 0o777, 0o700);
    assert.ok(!stdout.includes("s3cret"));
  });

  it("takes away a sealed secret that would be preferred to the new one", () => {
    put("etc/credstore.encrypted/c2cd.client_secret", "old");
    put("etc/systemd/system/c2cd.service.d/10-sealed.conf", "old");
    assert.equal(provision(["--root", root], "new\n").status, 0);
    assert.ok(!existsSync(join(root, "etc/credstore.encrypted/c2cd.client_secret")));
    assert.ok(!existsSync(join(root, "etc/systemd/system/c2cd.service.d/10-sealed.conf")));
  });

  it("leaves nothing in a factory image that two devices would share", () => {
    const unique = ["var/lib/c2cd/c2cd.db", "var/lib/systemd/credential.secret", "var/lib/dbus/machine-id"];
    for (const file of unique) put(file, "of the machine that the image was made on");
    put("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    assert.equal(provision(["--factory", "--root", root], "secret\n").status, 0);
    for (const file of unique) assert.ok(!existsSync(join(root, file)), file);
    assert.equal(readFileSync(join(root, "etc/machine-id"), "utf8"), "uninitialized\n");
  });

  for (const [args, remains] of [
    [["--factory"], true],
    [["--factory", "--plain"], false],
    [[], false],
  ] as const)
    it(`leaves an image's secret to be sealed by the device where it is a factory's: ${args.join(" ")}`, () => {
      put("etc/credstore/c2cd.client_secret.factory", "");
      assert.equal(provision(["--root", root, ...args], "secret\n").status, 0);
      assert.equal(existsSync(`${stored()}.factory`), remains);
      assert.equal(readFileSync(stored(), "utf8"), "secret\n");
    });

  it("seals what came with an image, once", { skip: noNamespace() }, () => {
    put("etc/credstore/c2cd.client_secret", "s3cret-of-the-model\n");
    put("etc/credstore/c2cd.client_secret.factory", "");
    const unit = readFileSync(new URL("../../systemd/c2cd-seal.service", import.meta.url), "utf8");
    const setting = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1] ?? assert.fail(name);
    assert.equal(setting("ExecStart"), "/usr/sbin/c2cd-provision");
    const stdin = setting("StandardInput").replace(/^file:/, "");
    // A system of its own, of which systemd does not know.
    const { status, stdout, stderr } = spawnSync(
      "unshare",
      [
        "--mount",
        "sh",
        "-euc",
        `mkdir -p "$ROOT/work" "$ROOT/var/lib/systemd"
         mount -t overlay -o "lowerdir=/etc,upperdir=$ROOT/etc,workdir=$ROOT/work" none /etc
         mount -t tmpfs none /run; mount --bind "$ROOT/var/lib/systemd" /var/lib/systemd
         test -e ${setting("ConditionPathExists")}
         "$0" <${stdin}
         test ! -e ${setting("ConditionPathExists")}
         systemd-creds decrypt --name=client_secret /etc/credstore.encrypted/c2cd.client_secret -`,
        script,
      ],
      { encoding: "utf8", env: { ...process.env, ROOT: root } },
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /sealed with .*\ns3cret-of-the-model$/);
    assert.ok(!existsSync(stored()));
    assert.ok(existsSync(join(root, "etc/systemd/system/c2cd.service.d/10-sealed.conf")));
  });

  for (const [what, input] of [
    ["nothing", "\n"],
    ["two lines", "one\ntwo\n"],
    ["spaces", "not a secret"],
    ["binary", "\u0001\u0002"],
  ] as const)
    it(`refuses ${what}, and keeps the secret that is there`, () => {
      provision(["--root", root], "good\n");
      const { status, stderr } = provision(["--root", root], input);
      assert.equal(status, 65);
      assert.match(stderr, /secret/);
      assert.equal(readFileSync(stored(), "utf8"), "good\n");
    });

  it("neither takes nor repeats a secret among the arguments", () => {
    const { status, stderr } = provision(["--root", root, "hunter2"], "");
    assert.equal(status, 64);
    assert.ok(!stderr.includes("hunter2"));
  });

  it("won't forget the identity of the machine that it runs on", () => {
    assert.equal(provision(["--factory"], "secret\n").status, 64);
  });

  it("says so where the directory holds no system", () => {
    assert.equal(provision(["--root", join(root, "nowhere")], "secret\n").status, 66);
  });
});
