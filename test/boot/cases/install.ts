import { basename } from "node:path";
import { BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";
import { Person } from "../person.ts";

const APT = "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends";

export const install: Case = {
  name: "install",
  shows: "the manual works word for word, an upgrade keeps the pairing, purge leaves nothing",
  bare: true,
  async run(bench) {
    await bench.boot({ files: Person.filesFor(bench), unprovisioned: true });
    const { machine } = bench;
    const person = new Person(bench);
    await person.installs();
    claim(
      (await machine.check("systemctl is-enabled c2cd.service c2cd.socket")) === "enabled\nenabled\n",
      "it is enabled",
    );
    await bench.reaches("unconfigured");
    await bench.screenIsTrue();
    await person.provisions();
    await bench.authorize(await bench.scan());
    await bench.reaches("paired");
    await person.looksAfterIt();

    await machine.check(`sed -i 's/^#language = .*/language = "de"/' /etc/c2cd/c2cd.toml`);
    await machine.check(
      `cd /root && dpkg-deb --raw-extract ${basename(bench.deb)} next && ` +
        "sed -i 's/^Version: .*/&+next/' next/DEBIAN/control && dpkg-deb -Znone --build next c2cd-next.deb",
      BOOT_LIMIT,
    );
    await machine.check(`${APT} /root/c2cd-next.deb`, BOOT_LIMIT);
    const upgraded = await bench.reaches("paired");
    claim(upgraded.project?.name === "Feature Film", "the upgrade keeps the pairing");
    claim(
      (await machine.check("cat /etc/c2cd/c2cd.toml")).includes('\nlanguage = "de"'),
      "and the configuration",
    );

    await machine.check("apt-get remove --yes c2cd", BOOT_LIMIT);
    claim(
      (await machine.run("systemctl is-active c2cd.service")).stdout.trim() !== "active",
      "remove stops it",
    );
    await machine.check("test -e /var/lib/c2cd/c2cd.db");
    await machine.check("apt-get purge --yes c2cd", BOOT_LIMIT);
    const { stdout } = await machine.run(
      "find / -xdev -name '*c2cd*' -not -path '/root/*' -not -path '/home/*' -not -path '/var/log/*'",
    );
    // dpkg and journald keep their own records.
    const left = stdout.split("\n").filter((path) => path !== "" && !path.startsWith("/var/cache/"));
    claim(left.length === 0, `purge leaves nothing; there is:\n${left.join("\n")}`);
    claim((await machine.run("getent passwd c2cd")).status !== 0, "purge removes its user");
  },
};
