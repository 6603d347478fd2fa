import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const units = fileURLToPath(new URL("../../systemd", import.meta.url));
const service = readFileSync(join(units, "c2cd.service"), "utf8");
const scratch = mkdtempSync(join(tmpdir(), "units-"));
after(() => rmSync(scratch, { recursive: true }));

function settings(name: string): string[] {
  return [...service.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map((match) => match[1] ?? "");
}

describe("c2cd.service", () => {
  it("is exposed no more than 2.0", () => {
    const { status, stdout, stderr } = spawnSync(
      "systemd-analyze",
      ["security", "--offline=true", "--threshold=20", "--no-pager", join(units, "c2cd.service")],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /Overall exposure level for c2cd\.service: [01]\.\d|2\.0/);
  });

  it("has its secret opened by a unit that is exposed no more", () => {
    const unit = join(scratch, "c2cd-unseal@1.service");
    cpSync(join(units, "c2cd-unseal@.service"), unit);
    const { status, stdout, stderr } = spawnSync(
      "systemd-analyze",
      ["security", "--offline=true", "--threshold=20", "--no-pager", unit],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stdout + stderr);
  });

  it("never has systemd itself open what is sealed, which would end it before its screen is lit", () => {
    assert.doesNotMatch(service, /^LoadCredentialEncrypted=/m);
    assert.deepEqual(settings("Wants").at(-1), "c2cd-unseal.socket");
    assert.deepEqual(settings("After").at(-1), "c2cd-unseal.socket");
    const socket = readFileSync(join(units, "c2cd-unseal.socket"), "utf8");
    assert.match(socket, /^SocketMode=0600$/m);
  });

  it("has nothing to say against it, and neither have its sockets", () => {
    // The programs are not on this machine; everything else of the units is checked as it stands.
    for (const [unit, text] of [
      ["c2cd.service", service.replace(/^(Exec\w+=[-+]*)\/usr\/\S*c2cd\S*/gm, "$1/bin/true")],
      ["c2cd.socket", readFileSync(join(units, "c2cd.socket"), "utf8")],
      [
        "c2cd-seal.service",
        readFileSync(join(units, "c2cd-seal.service"), "utf8").replace(
          /^ExecStart=.*/m,
          "ExecStart=/bin/true",
        ),
      ],
      ["c2cd-unseal.socket", readFileSync(join(units, "c2cd-unseal.socket"), "utf8")],
      ["c2cd-unseal@.service", readFileSync(join(units, "c2cd-unseal@.service"), "utf8")],
    ] as const)
      writeFileSync(join(scratch, unit), text);
    const { status, stderr } = spawnSync(
      "systemd-analyze",
      [
        "verify",
        "--man=no",
        ...["c2cd.service", "c2cd.socket", "c2cd-seal.service", "c2cd-unseal.socket"].map((unit) =>
          join(scratch, unit),
        ),
      ],
      { encoding: "utf8" },
    );
    assert.deepEqual([status, stderr.split("\n").filter((line) => line.includes("c2cd"))], [0, []]);
  });

  it("waits for neither the network nor the time", () => {
    assert.doesNotMatch(service, /^(After|Wants|Requires)=.*(network-online|time-sync|time-set)/m);
  });

  it("reaches each class of device that a driver needs, and no other", () => {
    assert.deepEqual(settings("DevicePolicy"), ["closed"]);
    assert.deepEqual(
      settings("DeviceAllow").map((allowed) => allowed.split(" ")[0]),
      ["char-fb", "char-drm", "char-i2c", "char-spi", "char-gpiochip", "char-input"],
    );
  });

  it("leaves no secret behind", () => {
    assert.deepEqual(settings("LimitCORE"), ["0"]);
    assert.deepEqual(settings("UMask"), ["0077"]);
    assert.deepEqual(settings("StateDirectoryMode"), ["0700"]);
    assert.deepEqual(settings("Environment"), []);
  });

  it("takes no environment that changes TLS or tells what is said under it, and takes that of the proxy", () => {
    const cleared = settings("UnsetEnvironment").flatMap((names) => names.split(" "));
    for (const name of [
      // node(1)
      "NODE_TLS_REJECT_UNAUTHORIZED",
      "NODE_EXTRA_CA_CERTS",
      "NODE_OPTIONS",
      "NODE_DEBUG",
      "SSL_CERT_DIR",
      "SSL_CERT_FILE",
      // openssl-env(7)
      "OPENSSL_CONF",
      "OPENSSL_ENGINES",
      "OPENSSL_MODULES",
      "SSLKEYLOGFILE",
    ])
      assert.ok(cleared.includes(name), name);
    assert.ok(!cleared.some((name) => /^C2CD_|_PROXY$|^TZ$|^LANG$/i.test(name)));
  });
});

it("makes a user that belongs to the devices' groups", () => {
  mkdirSync(join(scratch, "root/etc"), { recursive: true });
  execFileSync("systemd-sysusers", [`--root=${join(scratch, "root")}`, join(units, "c2cd.sysusers")]);
  const groups = readFileSync(join(scratch, "root/etc/group"), "utf8");
  for (const group of ["video", "input", "i2c", "spi", "gpio"])
    assert.match(groups, new RegExp(`^${group}:.*:c2cd$`, "m"));
  assert.match(readFileSync(join(scratch, "root/etc/passwd"), "utf8"), /^c2cd:.*:\/usr\/sbin\/nologin$/m);
});

describe("release-screen", () => {
  /** Runs the script on a /sys of our own making; returns what each console's `bind` holds then. */
  function release(
    consoles: Readonly<Record<string, { name: string; bind: string }>>,
    result: string,
  ): Record<string, string> {
    const root = mkdtempSync(join(scratch, "sys-"));
    for (const [console, { name, bind }] of Object.entries(consoles)) {
      mkdirSync(join(root, console), { recursive: true });
      writeFileSync(join(root, console, "name"), `${name}\n`);
      writeFileSync(join(root, console, "bind"), `${bind}\n`);
    }
    const script = join(root, "release-screen");
    cpSync(join(units, "release-screen"), script);
    writeFileSync(script, readFileSync(script, "utf8").replace("/sys/class/vtconsole", root));
    chmodSync(script, 0o755);
    execFileSync(script, { env: { PATH: process.env.PATH, SERVICE_RESULT: result } });
    return Object.fromEntries(
      Object.keys(consoles).map((console) => [
        console,
        readFileSync(join(root, console, "bind"), "utf8").trim(),
      ]),
    );
  }
  const dummy = { name: "(S) dummy device", bind: "1" };
  const detached = { name: "(M) frame buffer device", bind: "0" };

  it("gives the screen back to the console after a crash, whatever its number", () => {
    assert.equal(release({ vtcon0: dummy, vtcon1: detached }, "signal").vtcon1, "1");
    assert.equal(release({ vtcon0: detached, vtcon1: dummy }, "watchdog").vtcon0, "1");
  });

  it("leaves the consoles alone after a stop in good order", () => {
    assert.deepEqual(release({ vtcon0: dummy, vtcon1: detached }, "success"), { vtcon0: "1", vtcon1: "0" });
  });

  it("leaves a console alone that was never detached, and does without any", () => {
    const attached = { ...detached, bind: "1" };
    assert.deepEqual(release({ vtcon0: dummy, vtcon1: attached }, "signal"), { vtcon0: "1", vtcon1: "1" });
    assert.deepEqual(release({}, "signal"), {});
  });
});
