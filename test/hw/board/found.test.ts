/** Numbers that people have seen where a serial number should be, and what c2cd makes of each. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { parseConfig } from "../../../daemon/setup/config.ts";
import { chooseIdentity } from "../../../daemon/setup/identity.ts";
import { readBoard } from "../../../hw/board/board.ts";

const scratch = mkdtempSync(join(tmpdir(), "c2cd-found-"));
after(() => rmSync(scratch, { recursive: true }));

const PATHS = {
  tree: "/sys/firmware/devicetree/base/serial-number",
  soc: "/sys/devices/soc0/serial_number",
  cpuinfo: "/proc/cpuinfo",
  uuid: "/sys/class/dmi/id/product_uuid",
  board: "/sys/class/dmi/id/board_serial",
} as const;

type Where = keyof typeof PATHS;

let boards = 0;

/** The client_id of a new board with a machine-id of its own, and where it came from. */
async function identityOf(found: Partial<Record<Where, string>>, model = "Some board") {
  const root = mkdtempSync(join(scratch, "root-"));
  const write = (path: string, content: string) => {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, content);
  };
  for (const [where, text] of Object.entries(found) as [Where, string][])
    write(PATHS[where], where === "cpuinfo" ? `processor\t: 0\nSerial\t\t: ${text}\n` : `${text}\0`);
  write("/sys/firmware/devicetree/base/model", `${model}\0`);
  boards += 1;
  write(
    "/etc/machine-id",
    `${"7f3b0c62d5e94a1b8c0d2e6f9a1b".slice(0, 28)}${String(boards).padStart(4, "0")}\n`,
  );
  const { identity } = chooseIdentity(
    await readBoard(root),
    null,
    false,
    parseConfig("", "c2cd.toml", {}).identity,
    () => assert.fail("a machine-id is there"),
  );
  return identity;
}

/** Where it was seen, in which file, and the text. */
type Row = readonly [string, Where, string];

describe("a number that is one board's is its client_id", () => {
  const rows: readonly Row[] = [
    ["Raspberry Pi: github.com/raspberrypi/linux/issues/1670", "tree", "00000000316e5228"],
    ["RK3399: its maker's notes on /proc/cpuinfo", "cpuinfo", "b8a0bcb99f6bf8b1"],
    ["RK3588: github.com/Joshua-Riek/linux-rockchip/pull/16", "cpuinfo", "34b7263be920bd7d"],
    ["i.MX6Q: github.com/wirenboard/linux/pull/43", "soc", "240F31D4E1FDFCA7"],
    ["i.MX6DQ: NXP's community, the UID of the fuses", "cpuinfo", "906709d4d72d7372"],
    ["Allwinner H3: github.com/armbian/build/issues/1085", "cpuinfo", "2400503404081c3104ce"],
    [
      "Amlogic S905X4: github.com/CoreELEC/linux-amlogic/pull/48",
      "cpuinfo",
      "320a0204000000002a07604125e05900",
    ],
    ["Amlogic S905C2L: the same", "cpuinfo", "320d0502000000002521400419105680"],
    ["Jetson Nano: decimal", "tree", "1421721044321"],
    ["a flash chip's: github.com/Noltari/pico-uart-bridge/pull/8", "tree", "E6605481DB484636"],
    ["a telephone's: github.com/bilbospocketses/ws-scrcpy-web/pull/532", "tree", "5C061JEA327610"],
    ["Dell: github.com/Dasharo/dasharo-issues/issues/155", "board", "/5Q4Q7Y1/CN7220036H04QB/"],
    ["Dell's UUID, with the service tag in it: the same", "uuid", "4c4c4544-0051-3410-8051-b5c04f375931"],
    [
      "a UUID made of a MAC address: github.com/OCSInventory-NG/UnixAgent/pull/120",
      "uuid",
      "00000000-0000-0000-0000-002590C7C000",
    ],
    ["a maker's own, short", "tree", "R1-0042"],
  ];
  for (const [seen, where, text] of rows)
    it(`${text} (${seen})`, async () => {
      const { clientId, source } = await identityOf({ [where]: text });
      assert.equal(source, "board-serial");
      assert.equal(clientId.toLowerCase(), text.toLowerCase().replaceAll("/", "-"));
    });
});

describe("a number that many boards have is none: each goes by its machine-id", () => {
  const rows: readonly Row[] = [
    ["Rockchip's U-Boot: github.com/JeffyCN/meta-rockchip/issues/72", "tree", "c3d9b8674f4b94f6"],
    ["U-Boot, unset: github.com/ni/meta-nilrt/pull/131", "tree", "ABCDEFG"],
    ["U-Boot, unset: the same", "tree", "00123456"],
    ["Allwinner A10: github.com/linux-sunxi/linux-sunxi/issues/94", "cpuinfo", "0000000000000000"],
    ["an example of Android's", "tree", "0000000012345678"],
    ["Android, unset: github.com/camalot/madb/issues/1", "tree", "0123456789ABCDEF"],
    ["Android, unset: github.com/koush/vysor.io/issues/220", "tree", "1234567890ABCDEF"],
    ["Android's USB gadget", "tree", "20080411"],
    ["firmware, unset: github.com/charmedlabs/pixy2/issues/29", "tree", "DEMO 0.0"],
    [
      "a host name that took its place: github.com/commontorizon/meta-common-torizon/issues/6",
      "tree",
      "recovery-mode",
    ],
    ["PC, unset: github.com/lf-edge/eve/pull/6381", "board", "To be filled by O.E.M."],
    ["PC, unset: the same", "board", "Default string"],
    ["PC, unset: the same", "board", "System Serial Number"],
    ["PC, unset: the same", "board", "Not Specified"],
    ["PC, unset: github.com/openshift/assisted-installer-agent/issues/714", "board", "Not Defined"],
    ["mainboards: github.com/oshi/oshi/issues/2417", "uuid", "03000200-0400-0500-0006-000700080009"],
    ["mainboards: the same", "uuid", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"],
    ["memory that was never written", "tree", "deadbeef"],
    ["the same, padded", "soc", "00000000CAFEBABE"],
    ["the same, behind a prefix", "tree", "10000000deadbeef"],
    ["a pattern", "tree", "A1B2C3D4"],
    ["a pattern, repeated", "tree", "12341234"],
    ["a UUID that counts", "uuid", "01020304-0506-0708-090a-0b0c0d0e0f10"],
    ["a UUID that counts in pairs", "uuid", "00112233-4455-6677-8899-aabbccddeeff"],
    ["the first of all numbers", "tree", "0000000000000001"],
  ];
  for (const [seen, where, text] of rows)
    it(`${text} (${seen})`, async () => {
      const [one, other] = [await identityOf({ [where]: text }), await identityOf({ [where]: text })];
      assert.deepEqual([one.source, other.source], ["machine-id", "machine-id"]);
      assert.match(one.clientId, /^[0-9A-HJKMNP-TV-Z]{12}$/);
      assert.notEqual(one.clientId, other.clientId);
    });

  it("the model's own name (boards that have nothing else to say)", async () => {
    const { source } = await identityOf({ tree: "NANOPI-R5S" }, "FriendlyElec NanoPi R5S");
    assert.equal(source, "machine-id");
  });
});

it("two Rockchip boards with the boot loader's number go by their chips'", async () => {
  const tree = "c3d9b8674f4b94f6";
  assert.equal((await identityOf({ tree, cpuinfo: "4a1be3cc7d90f1a2" })).clientId, "4A1BE3CC7D90F1A2");
  assert.equal((await identityOf({ tree, cpuinfo: "4a1be3cc7d90f1b7" })).clientId, "4A1BE3CC7D90F1B7");
});
