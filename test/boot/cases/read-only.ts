import { type Case, claim } from "../case.ts";

export const readOnly: Case = {
  name: "read-only",
  shows: "on a read-only root with a volatile /var it pairs all the same",
  async run(bench) {
    await bench.boot({
      append: "ro systemd.volatile=state",
      // Or systemd would make the root writable again.
      files: [{ path: "/etc/fstab", text: "/dev/vda / ext4 ro 0 1\n" }],
    });
    const scanned = await bench.scan();
    const { status } = await bench.machine.run("touch /usr/read-only");
    claim(status !== 0, "the root is read-only");
    await bench.authorize(scanned);
    await bench.reaches("paired");
    await bench.screenIsTrue();
  },
};
