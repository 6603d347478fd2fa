import { type Bench, BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";
import { waitFor } from "../wait.ts";

/** As c2cd.service and c2cd.socket have them made. */
const MODES = `755 c2cd:c2cd /run/c2cd
660 root:c2cd /run/c2cd/control.sock
700 c2cd:c2cd /var/lib/c2cd
600 c2cd:c2cd /var/lib/c2cd/c2cd.db
600 c2cd:c2cd /var/lib/c2cd/vault.key
`;

export const firstBoot: Case = {
  name: "first-boot",
  shows:
    "a fresh device with nothing configured but its secret shows a code; a phone scans it; the device shows the project",
  async run(bench) {
    await bench.boot();
    const scanned = await bench.scan();
    await bench.screenIsTrue();
    await bench.photograph("code");
    await bench.sample("awaiting-user");
    const status = await bench.reaches("awaiting-user");
    claim(
      scanned.pathname.endsWith(status.pairing?.user_code ?? "?"),
      "the QR holds the code that is on offer",
    );

    await bench.authorize(scanned, "Music Video");
    const paired = await bench.reaches("paired");
    claim(paired.project?.name === "Music Video", "it says which project it is in");
    await bench.screenIsTrue();
    await bench.photograph("paired");
    await bench.sample("paired");
    await waitFor("a sign of presence", BOOT_LIMIT, async () => showsItself(bench) || null);
    await isAsShipped(bench);
  },
};

function showsItself({ frameio }: Bench): boolean {
  return frameio.requests().some(({ method }) => method === "phx_join");
}

/** What is open to whom where nobody has configured anything. */
async function isAsShipped({ machine }: Bench): Promise<void> {
  const paths = [...MODES.matchAll(/\/\S+/g)].join(" ");
  const modes = await machine.check(`stat --format='%a %U:%G %n' ${paths}`);
  claim(modes === MODES, `modes and owners are as they should be; they are:\n${modes}`);
  await machine.check("curl --silent --fail --output /dev/null http://127.0.0.1:8620/");
  const fromOutside = await machine.run("curl --silent http://10.0.2.15:8620/");
  claim(fromOutside.status === 7, `the page is for the device alone; curl ended with ${fromOutside.status}`);
  const doctor = await machine.run("c2cctl doctor", BOOT_LIMIT);
  claim(doctor.status === 0, `c2cctl doctor is content:\n${doctor.stdout}${doctor.stderr}`);
}
