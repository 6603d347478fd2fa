/** `scripts/package-test [amd64|arm64]`: builds the package as a release would, and installs it as a user would. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Snapshot } from "../../daemon/contract/snapshot.ts";
import type { StateName } from "../../daemon/contract/states.ts";
import { version } from "../../scripts/release.ts";
import type { Arch } from "../boot/machine.ts";
import { run } from "../boot/shell.ts";
import { waitFor } from "../boot/wait.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { Container, freshDebian } from "./container.ts";
import { HOST, startDefaultFrameio } from "./frameio.ts";

const arch = process.env.PACKAGE_ARCH as Arch;
const deb = `dist/c2cd_${version()}_${arch}.deb`;
const SECRET = "package-test-secret";

/** Kilobytes: the 5 MB of docs/install.md. */
const LARGEST = 5_000_000 / 1024;

function field(name: string): string {
  return run("dpkg-deb", "--field", deb, name).trim();
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

describe(`the package for ${arch}`, () => {
  it("is the same to the last byte when somebody else builds it", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "c2cd somewhere-else-"));
    try {
      const files = run("git", "ls-files", "-z").split("\0").filter(Boolean);
      for (const file of [...files, "node_modules"])
        cpSync(file, join(elsewhere, file), { recursive: true, verbatimSymlinks: true });
      execFileSync("sh", ["-c", `umask 077 && nice scripts/build-deb ${arch}`], {
        cwd: elsewhere,
        stdio: ["ignore", "ignore", "inherit"],
        env: {
          ...process.env,
          TZ: "Pacific/Kiritimati",
          LC_ALL: "C",
          SOURCE_DATE_EPOCH: run("git", "log", "-1", "--format=%ct").trim(),
        },
      });
      assert.equal(sha256(join(elsewhere, deb)), sha256(deb));
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it("has neither error nor warning that lintian finds", () => {
    const { status, stdout, stderr } = spawnSync(
      "lintian",
      ["--allow-root", "--fail-on=error,warning", deb],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stdout + stderr);
  });

  it("is small, and depends on what its modules were linked with", () => {
    assert.ok(Number(field("Installed-Size")) <= LARGEST, field("Installed-Size"));
    assert.match(field("Depends"), /^nodejs \(>= 20\.17\) \| c2cd-node .*libc6 \(>= 2\.\d+\)/);
  });

  it("owns its configuration as a conffile, and nothing that is open to others", () => {
    assert.equal(run("dpkg-deb", "--info", deb, "conffiles"), "/etc/c2cd/c2cd.toml\n");
    const open = run("dpkg-deb", "--contents", deb)
      .split("\n")
      .filter(
        (line) => /^[-d].(?:..)?(?:[sS]|.{4,6}w)/.test(line) && !/^[-d]rwxr-xr-x|^-rw-r--r--/.test(line),
      );
    assert.deepEqual(open, []);
  });
});

describe(`a fresh Debian for ${arch}`, () => {
  let debian: Container;
  let frameio: Simulator;

  before(async () => {
    const { simulator, address, root } = await startDefaultFrameio(SECRET);
    frameio = simulator;
    debian = await Container.start(freshDebian(arch));
    // A person who may use sudo, as the first user of a board is.
    await debian.check(
      "useradd --create-home pi && echo 'pi ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/pi && " +
        'grep -q "$(hostname)" /etc/hosts || echo "127.0.1.1 $(hostname)" >>/etc/hosts; apt-get update',
    );
    writeFileSync(join(debian.root, "usr/local/share/ca-certificates/network.crt"), root);
    await debian.check(`update-ca-certificates && echo "${address} ${HOST}" >>/etc/hosts`);
    cpSync(deb, join(debian.root, "home/pi/c2cd.deb"));
  });
  after(async () => {
    await debian?.stop();
    await frameio?.close();
  });

  /** As that person types it. */
  function types(command: string): Promise<string> {
    return debian.check(`su --login pi --command '${command}'`, 900_000);
  }

  function reaches(state: StateName): Promise<Snapshot> {
    return waitFor(`the state ${state}`, 180_000, async () => {
      const { status, stdout } = await debian.run("c2cctl status --json");
      const snapshot = status === 0 ? (JSON.parse(stdout) as Snapshot) : null;
      return snapshot?.state === state ? snapshot : null;
    });
  }

  it("has it running after one command, and at the next boot", async () => {
    await types("sudo apt install --yes ./c2cd.deb");
    assert.equal(await debian.check("systemctl is-enabled c2cd.service c2cd.socket"), "enabled\nenabled\n");
    await reaches("unconfigured");
    assert.match(await types("systemctl status c2cd"), /Status: "Not set up yet.*c2cd-provision/);
  });

  it("pairs once it has its secret, with nothing else configured", async () => {
    assert.match(
      await types(`echo ${SECRET} | sudo c2cd-provision`),
      /^client_secret sealed with a key of this system/,
    );
    await reaches("awaiting-user");
    frameio.approve();
    const { project } = await reaches("paired");
    assert.equal(project?.name, frameio.projects()[0]?.name);
    assert.doesNotMatch(
      await debian.check("journalctl --no-pager; systemctl status c2cd"),
      new RegExp(SECRET),
    );
  });

  it("is healthy in the doctor's eyes, but for what a container has not", async () => {
    const { stdout } = await debian.run("c2cctl doctor --json");
    const { checks } = JSON.parse(stdout) as { checks: { name: string; level: string; text: string }[] };
    assert.deepEqual(
      checks.filter(({ name, level }) => level !== "ok" && !["display", "clock"].includes(name)),
      [],
    );
  });

  it("tells that its secret can't be opened any more, stays paired, and takes one that is sealed anew", async () => {
    const sealed = "/etc/credstore.encrypted/c2cd.client_secret";
    const unusable = async () => (await debian.check("c2cctl status --json")).includes('"secret-unusable"');
    await debian.check(`cp ${sealed} /root/sealed && echo AAAA >${sealed} && systemctl restart c2cd`);
    await waitFor("the problem", 60_000, async () => (await unusable()) || null);
    await reaches("paired");
    assert.match(
      (await debian.run("c2cctl doctor")).stdout,
      /^fail secret: .*sealed for another device.*c2cd-provision/m,
    );
    await debian.check(`mv /root/sealed ${sealed} && systemctl restart c2cd`);
    await reaches("paired");
    assert.equal(await unusable(), false);
  });

  it("seals for itself what came with a factory image, and goes on with it", async () => {
    const stored = "/etc/credstore/c2cd.client_secret";
    await debian.check(
      "rm /etc/credstore.encrypted/c2cd.client_secret /etc/systemd/system/c2cd.service.d/10-sealed.conf && " +
        `mkdir -p /etc/credstore && umask 077 && echo ${SECRET} >${stored} && touch ${stored}.factory && ` +
        "systemctl daemon-reload && systemctl restart c2cd",
    );
    await waitFor("the seal", 60_000, async () => {
      const { status } = await debian.run(`test ! -e ${stored} && test ! -e ${stored}.factory`);
      return status === 0 || null;
    });
    await reaches("paired");
    const result = await debian.check("systemctl show c2cd-seal.service --property=Result --value");
    assert.equal(result, "success\n");
    assert.match(await debian.check("c2cctl doctor | grep secret"), /^ok {3}secret/m);
  });

  it("reads its configuration again, and stops and starts, as systemd wants it", async () => {
    await debian.check("sed -i 's/^#language = .*/language = \"de\"/' /etc/c2cd/c2cd.toml");
    await debian.check("systemctl reload c2cd && systemctl restart c2cd");
    await reaches("paired");
    assert.equal((await debian.check("systemctl show c2cd --property=NRestarts")).trim(), "NRestarts=0");
  });

  it("has compiled for the Node.js that is there, and does so again when that is another", async () => {
    const compiled =
      "cd /usr/lib/c2cd && ls code-cache/*.bin | wc -l && ls chunks | wc -l && cat code-cache/switches";
    const [caches, chunks, switches] = (await debian.check(compiled)).split("\n");
    assert.equal(caches, chunks);
    assert.match(switches ?? "", /^--max-semi-space-size=1 --jitless/, "the launchers need not ask");
    await debian.check(
      "rm -r /usr/lib/c2cd/code-cache && dpkg-trigger --by-package=nodejs /usr/bin/node && dpkg --configure --pending",
    );
    assert.equal(await debian.check(compiled), `${caches}\n${chunks}\n${switches}\n`);
  });

  it("keeps pairing and configuration over an upgrade", async () => {
    const requests = frameio.codes().length;
    const dropIn = "/etc/systemd/system/c2cd.service.d/10-sealed.conf";
    const sealed = await debian.check(`cat ${dropIn}`);
    // As the first version sealed it.
    await debian.check(
      `echo LoadCredentialEncrypted=client_secret:/etc/credstore.encrypted/c2cd.client_secret | sed "1i[Service]" >${dropIn}`,
    );
    await debian.check(
      "cd /root && dpkg-deb --raw-extract /home/pi/c2cd.deb next && sed -i 's/^Version: .*/&+next/' next/DEBIAN/control && " +
        "dpkg-deb -Znone --build next /home/pi/next.deb && rm -r next",
    );
    await types("sudo apt install --yes ./next.deb");
    await reaches("paired");
    assert.equal(frameio.codes().length, requests, "no new code was asked for");
    assert.equal(await debian.check(`cat ${dropIn}`), sealed);
    assert.match(await debian.check("cat /etc/c2cd/c2cd.toml"), /^language = "de"$/m);
  });

  it("keeps the pairing when the package is removed, and nothing at all when it is purged", async () => {
    await types("sudo apt remove --yes c2cd");
    assert.equal(
      (await debian.run("systemctl is-active c2cd.service c2cd.socket")).stdout,
      "inactive\ninactive\n",
    );
    await debian.check("test -s /var/lib/c2cd/c2cd.db");
    await types("sudo apt purge --yes c2cd && rm *.deb");
    // Logs are the journal's, and /etc/passwd- and the like are what the last change of an account left behind.
    const left = await debian.check(
      "find / -xdev -name '*c2cd*' -not -path '/var/log/*' -not -path '/proc/*' -not -path '/sys/*'; getent passwd c2cd; getent group c2cd; " +
        "grep -l c2cd -r /etc --exclude='*-' || :",
    );
    assert.equal(left, "");
  });
});
