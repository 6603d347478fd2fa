import { type Case, claim } from "../case.ts";

export const suspend: Case = {
  name: "suspend",
  shows: "asleep with a code on the screen: awake again, the graphics card shows the picture, and it pairs",
  arch: "amd64",
  async run(bench) {
    await bench.boot({ append: "drm_kms_helper.fbdev_emulation=0" });
    const scanned = await bench.scan();
    const { machine } = bench;
    await machine.sleep(10_000);
    await bench.screenIsTrue();
    await bench.photograph("awake");
    claim((await bench.scan()).href === scanned.href, "it is the same code");
    await bench.authorize(scanned);
    await bench.reaches("paired");
    await bench.screenIsTrue();
    await bench.sample("paired");
  },
};
