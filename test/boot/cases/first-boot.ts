import { type Case, claim } from "../case.ts";

export const firstBoot: Case = {
  name: "first-boot",
  shows: "a fresh device shows a code; a phone scans it; the device shows the project",
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
  },
};
