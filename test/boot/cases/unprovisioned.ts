import { BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";

export const unprovisioned: Case = {
  name: "unprovisioned",
  shows: "without a secret it says so; c2cd-provision seals one and it shows a code",
  async run(bench) {
    // In no command: the guest agent writes those to the journal.
    const secret = "/root/secret";
    await bench.boot({
      unprovisioned: true,
      files: [{ path: secret, text: `${bench.frameio.secret}\n`, mode: 0o600 }],
    });
    const status = await bench.reaches("unconfigured", BOOT_LIMIT);
    claim(
      status.health.some(({ code }) => code === "secret-missing"),
      "the list of problems names it",
    );
    await bench.screenIsTrue();
    await bench.photograph("unconfigured");
    await bench.sample("unconfigured");
    const said = await bench.machine.check(`c2cd-provision <${secret}`, 120_000);
    claim(
      said.includes("sealed with a key of this system in /etc/credstore.encrypted/"),
      "it is sealed for this device",
    );
    const { stdout } = await bench.machine.run(`grep -rlFf ${secret} /etc /var`);
    claim(stdout === "", `the secret is nowhere in plain text: ${stdout}`);
    await bench.scan();
    await bench.screenIsTrue();
  },
};
