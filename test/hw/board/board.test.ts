import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { readBoard, readMachineId } from "../../../hw/board/board.ts";
import { canonicalSerial, isShared } from "../../../hw/board/serial.ts";
import { seededRandom } from "../../support/random.ts";

const scratch = mkdtempSync(join(tmpdir(), "c2cd-board-"));
after(() => rmSync(scratch, { recursive: true }));

/** A directory that stands in for a board. */
function boardRoot(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(scratch, "root-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, content);
  }
  return root;
}

function neverAsked(): Promise<string> {
  assert.fail("node-machine-id was asked");
}

const MACHINE_ID = "7f3b0c62d5e94a1b8c0d2e6f9a1b3c5d";

describe("readBoard", () => {
  it("reads a Raspberry Pi", async () => {
    const root = boardRoot({
      "/sys/firmware/devicetree/base/serial-number": "10000000a1b2c3d4\0",
      "/proc/device-tree/serial-number": "10000000a1b2c3d4\0",
      "/sys/firmware/devicetree/base/model": "Raspberry Pi 4 Model B Rev 1.4\0",
      "/proc/cpuinfo":
        "processor\t: 0\nBogoMIPS\t: 108.00\n\nRevision\t: c03114\nSerial\t\t: 10000000a1b2c3d4\nModel\t\t: Pi\n",
      "/etc/machine-id": `${MACHINE_ID}\n`,
    });
    assert.deepEqual(await readBoard(root), {
      serials: [
        {
          value: "10000000A1B2C3D4",
          source: "device-tree",
          path: "/sys/firmware/devicetree/base/serial-number",
        },
      ],
      refused: [],
      model: "Raspberry Pi 4 Model B Rev 1.4",
      machineId: MACHINE_ID,
    });
  });

  it("gives every distinct number, best first, whatever its case", async () => {
    const root = boardRoot({
      "/sys/devices/soc0/serial_number": "0F1E64D2C8B7A695\n",
      "/proc/cpuinfo": "Serial\t\t: 0f1e64d2c8b7a695\n",
      "/sys/class/dmi/id/product_uuid": "8a52a1b0-5c3e-11ec-9d64-0242ac120002\n",
      "/sys/class/dmi/id/board_serial": "/7FQ2X33/CNFCW0018T00QK/\n",
      "/sys/class/dmi/id/product_name": "OptiPlex 7090\n",
    });
    const board = await readBoard(root);
    assert.deepEqual(
      board.serials.map(({ value, source }) => [value, source]),
      [
        ["0F1E64D2C8B7A695", "soc"],
        ["8A52A1B0-5C3E-11EC-9D64-0242AC120002", "dmi"],
        ["-7FQ2X33-CNFCW0018T00QK-", "dmi"],
      ],
    );
    assert.equal(board.model, "OptiPlex 7090");
  });

  it("says where it found a number that is none and goes on to the next", async () => {
    const root = boardRoot({
      "/sys/firmware/devicetree/base/serial-number": "0000000000000000\0",
      "/proc/cpuinfo": "Serial\t\t: 02c00081a3b5f7d9\n",
      "/sys/class/dmi/id/product_name": "To Be Filled By O.E.M.\n",
      "/sys/class/dmi/id/board_name": "H81-BTC\n",
    });
    const board = await readBoard(root);
    assert.deepEqual(board.refused, [
      { value: "0000000000000000", path: "/sys/firmware/devicetree/base/serial-number" },
    ]);
    const blank = await readBoard(boardRoot({ "/sys/devices/soc0/serial_number": " \n\0" }));
    assert.deepEqual(blank.refused, []);
    assert.equal(board.serials[0]?.value, "02C00081A3B5F7D9");
    assert.equal(board.model, "H81-BTC");
  });

  it("prefers the chip's number to one that a boot loader stored, and keeps both", async () => {
    async function kept(tree: string, chip: string): Promise<string[]> {
      const root = boardRoot({
        "/sys/firmware/devicetree/base/serial-number": `${tree}\0`,
        "/proc/cpuinfo": `Serial\t\t: ${chip}\n`,
      });
      return (await readBoard(root)).serials.map(({ value }) => value);
    }
    assert.deepEqual(await kept("24021735", "b8a0bcb99f6bf8b1"), ["B8A0BCB99F6BF8B1", "24021735"]);
    assert.deepEqual(await kept("10000000a1b2c3d4", "00000000a1b2c3d4"), [
      "10000000A1B2C3D4",
      "00000000A1B2C3D4",
    ]);
  });

  it("knows nothing of an empty board, and of directories where files should be", async () => {
    const root = boardRoot({ "/sys/firmware/devicetree/base/serial-number/x": "", "/etc/machine-id/x": "" });
    assert.deepEqual(await readBoard(root), { serials: [], refused: [], model: null, machineId: null });
  });

  it("keeps a hostile model name fit for a screen", async () => {
    const root = boardRoot({
      "/sys/firmware/devicetree/base/model": `\x1b[2J\u202eevil\n${"x".repeat(999)}\0`,
    });
    const { model } = await readBoard(root);
    assert.match(model ?? "", /^[ -~]{1,64}$/);
  });
});

describe("canonicalSerial", () => {
  const placeholders = [
    "",
    "\0",
    "   \n",
    "0",
    "N/A",
    "0000000000000000",
    "00000000-0000-0000-0000-000000000000",
    "ffffffffffffffff",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "fefefefe-fefe-fefe-fefe-fefefefefefe",
    "To be filled by O.E.M.",
    "To Be Filled By O.E.M.\0",
    "Default string",
    "default_string",
    "1234567890",
    "0123456789",
    "123456789ABCDEF",
    "0123456789abcdef",
    "fedcba9876543210",
    "9876543210",
    "MB-1234567890",
    "BSN12345678901234567",
    "12345678-1234-5678-90ab-cddeefaabbcc",
    "None",
    "Not Specified",
    "Not Applicable",
    "System Serial Number",
    "Base Board Serial Number",
    "Unknown",
    "xxxxxxxxxx",
    "........",
    "03000200-0400-0500-0006-000700080009",
    "03020100-0504-0706-0809-0a0b0c0d0e0f",
    "S\u00e9rie 5512",
    "ab\x07cd12",
    "A".repeat(30) + "B7".repeat(30),
  ];
  for (const text of placeholders)
    it(`refuses ${JSON.stringify(text)}`, () => {
      const serial = canonicalSerial(text);
      assert.ok(serial === null || isShared(serial, null), `took ${serial}`);
    });

  const numbers: readonly (readonly [string, string])[] = [
    ["10000000a1b2c3d4\0", "10000000A1B2C3D4"],
    ["  4CA00368 \n\0\0", "4CA00368"],
    ["1421721044321", "1421721044321"],
    ["PF2 KX/90", "PF2-KX-90"],
    ["8a52a1b0-5c3e-11ec-9d64-0242ac120002", "8A52A1B0-5C3E-11EC-9D64-0242AC120002"],
  ];
  for (const [raw, serial] of numbers)
    it(`takes ${JSON.stringify(raw)}`, () => assert.equal(canonicalSerial(raw), serial));

  it("gives null or text that is safe in a form field, and settles at once", (t) => {
    t.diagnostic("2000 fuzz cases");
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (raw) => {
        const serial = canonicalSerial(raw);
        if (serial === null) return;
        assert.match(serial, /^[A-Z0-9._-]{1,64}$/);
        assert.equal(canonicalSerial(serial), serial);
        assert.equal(canonicalSerial(`${raw}\n\0`), serial);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes each of 20000 random numbers of sixteen digits, with zeros before them or without", () => {
    const random = seededRandom(1);
    const digits = (count: number) =>
      Array.from({ length: count }, () => "0123456789ABCDEF"[Math.floor(random() * 16)]).join("");
    for (let unit = 0; unit < 10_000; unit++)
      for (const serial of [digits(16), `10000000${digits(8)}`])
        assert.equal(isShared(serial, "Raspberry Pi 4 Model B Rev 1.4"), false, serial);
  });

  it("keeps two real numbers apart", () => {
    const unit = fc.stringMatching(/^[0-9a-f]{16}$/);
    fc.assert(
      fc.property(unit, unit, (one, other) => {
        const [a, b] = [canonicalSerial(one), canonicalSerial(other)];
        if (a !== null && b !== null) assert.equal(a === b, one === other);
      }),
    );
  });
});

describe("readMachineId", () => {
  const unusable = [
    "",
    "\n",
    "uninitialized\n",
    "0".repeat(32),
    "f".repeat(32),
    "raspberrypi\n",
    `${MACHINE_ID}0\n`,
  ];
  for (const content of unusable)
    it(`refuses ${JSON.stringify(content)} and asks nobody else: an emptied file means a cloned image`, async () =>
      assert.equal(await readMachineId(boardRoot({ "/etc/machine-id": content }), neverAsked), null));

  it("asks nobody about a directory that stands in for a board", async () =>
    assert.equal(await readMachineId(boardRoot({}), null), null));

  it("takes the library's answer where /etc/machine-id does not exist", async () =>
    assert.equal(await readMachineId(boardRoot({}), async () => MACHINE_ID), MACHINE_ID));

  for (const answer of ["", hostname(), "localhost", "uninitialized", "0".repeat(32)])
    it(`takes no ${JSON.stringify(answer)} from the library`, async () =>
      assert.equal(await readMachineId(boardRoot({}), async () => answer), null));

  it("lives with a library that fails, as where there is no shell", async () =>
    assert.equal(
      await readMachineId(boardRoot({}), async () => {
        throw new Error("spawnSync /bin/sh ENOENT");
      }),
      null,
    ));
});
