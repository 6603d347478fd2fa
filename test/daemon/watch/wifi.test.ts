import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { WifiNames } from "../../../daemon/watch/wifi.ts";
import { settled } from "../../support/manual-clock.ts";

const TROUBLE = [{ code: "no-dns" }] as const;
const PLACES = [
  { interface: "wlan0", address: "192.0.2.17" },
  { interface: "wlan0", address: "2001:db8::17" },
  { interface: "eth0", address: "192.0.2.18" },
];

/** A board with a cable and a radio, and a kernel that writes down what it is asked. */
function bench(t: TestContext, ssid: Buffer | null | Error) {
  const root = mkdtempSync(join(tmpdir(), "c2cd-wifi-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [name, index] of [
    ["wlan0", 3],
    ["eth0", 2],
  ] as const) {
    mkdirSync(join(root, "sys/class/net", name, ...(name === "wlan0" ? ["phy80211"] : [])), {
      recursive: true,
    });
    writeFileSync(join(root, "sys/class/net", name, "ifindex"), `${index}\n`);
  }
  const asked: number[] = [];
  const seen = { changes: 0 };
  const names = new WifiNames(
    root,
    async (index) => {
      asked.push(index);
      if (ssid instanceof Error) throw ssid;
      return ssid;
    },
    () => seen.changes++,
  );
  return { names, asked, seen };
}

test("the kernel is asked for radios alone, while the way to Frame.io is in trouble, once", async (t) => {
  const { names, asked, seen } = bench(t, Buffer.from("Location 4"));
  for (const health of [[], [{ code: "paused" }], [{ code: "storage-failing" }]] as const) {
    names.look(health, PLACES);
    await settled();
  }
  assert.deepEqual([asked, names.of("wlan0")], [[], null]);
  for (let looks = 0; looks < 3; looks++) names.look(TROUBLE, PLACES);
  await settled();
  assert.deepEqual([asked, seen.changes], [[3], 1]);
  assert.deepEqual([names.of("wlan0"), names.of("eth0")], ["Location 4", null]);
  names.look(TROUBLE, [{ interface: "wlan0", address: "198.51.100.4" }]);
  await settled();
  assert.deepEqual(asked, [3, 3], "another address may be another network's");
  names.look([], PLACES);
  await settled();
  assert.equal(names.of("wlan0"), null);
});

test("a name that is none, or that nobody may be shown, is not told", async (t) => {
  for (const ssid of [
    null,
    Buffer.alloc(0),
    Buffer.from([0xff, 0xfe]),
    Buffer.from("\u001b[2Jowned"),
    Buffer.from("<b>free</b>"),
    Buffer.from("\u202eevil"),
    new Error("no netlink"),
  ]) {
    const { names, asked } = bench(t, ssid);
    names.look(TROUBLE, PLACES);
    await settled();
    assert.deepEqual([asked, names.of("wlan0")], [[3], null], String(ssid));
  }
});
