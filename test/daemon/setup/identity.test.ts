import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Identity } from "../../../daemon/contract/identity.ts";
import { parseConfig } from "../../../daemon/setup/config.ts";
import { applicationSpecificId, chooseIdentity, IdentityError } from "../../../daemon/setup/identity.ts";
import type { Board } from "../../../hw/board/board.ts";

const UUID = "6f1c8e2a-94d7-4b05-a3f8-2e7d5c90b164";
const MACHINE_ID = "7f3b0c62d5e94a1b8c0d2e6f9a1b3c5d";
/** What `systemd-id128 machine-id --app-specific=4c2f1dc7-10b0-49f9-afa2-8712986d2f93` prints for MACHINE_ID. */
const APPLICATION_SPECIFIC = "9C591AAED77C40FFA06150DDD584A2C8";
/** Its last 60 bits. */
const FROM_MACHINE_ID = "0RAGVQAR98P8";

function board(serials: readonly string[], rest: Partial<Board> = {}): Board {
  return {
    serials: serials.map((value) => ({ value, source: "device-tree", path: "/serial-number" })),
    refused: [],
    model: "Testboard 1",
    machineId: MACHINE_ID,
    ...rest,
  };
}

function config(keys: Readonly<Record<string, string>> = {}) {
  const environment = Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [`C2CD_IDENTITY_${key.toUpperCase()}`, value]),
  );
  return parseConfig("", "c2cd.toml", environment).identity;
}

const newUuid = () => UUID;
const first = (of: Board, keys = {}) => chooseIdentity(of, null, false, config(keys), newUuid).identity;
const again = (of: Board, remembered: Identity, keys = {}, paired = true) =>
  chooseIdentity(of, remembered, paired, config(keys), newUuid);

describe("the first choice", () => {
  it("is the board's serial number", () => {
    assert.deepEqual(chooseIdentity(board(["A1B2C3D4", "OTHER99"]), null, false, config(), newUuid), {
      identity: {
        clientId: "A1B2C3D4",
        source: "board-serial",
        model: "Testboard 1",
        boardSerial: "A1B2C3D4",
      },
      changed: null,
    });
  });

  it("else the machine-id, never as it stands", () => {
    const { clientId, source } = first(board([]));
    assert.deepEqual([clientId, source], [FROM_MACHINE_ID, "machine-id"]);
  });

  it("else a generated UUID", () => {
    const { clientId, source } = first(board([], { machineId: null }));
    assert.deepEqual([clientId, source], ["7Y1EFNE91CB4", "generated"]);
  });

  it("is what the configuration asks for, with its prefix", () => {
    const unit = board(["A1B2C3D4"]);
    assert.equal(first(unit, { prefix: "ACME-R1-" }).clientId, "ACME-R1-A1B2C3D4");
    assert.equal(first(unit, { source: "machine-id" }).clientId, FROM_MACHINE_ID);
    assert.equal(first(unit, { source: "fixed", fixed: "unit-7", prefix: "X-" }).clientId, "X-unit-7");
  });

  it("fails with what to do where the configuration asks for what is not there", () => {
    const bare = board([], { machineId: null });
    for (const source of ["board-serial", "machine-id"])
      assert.throws(
        () => first(bare, { source }),
        (error) => error instanceof IdentityError && /set it to "auto"/.test(error.message),
      );
  });
});

describe("the remembered choice", () => {
  const fromSerial = first(board(["A1B2C3D4"]));
  const fromMachineId = first(board([]));
  const generated = first(board([], { machineId: null }));

  it("stands on the same board", () => {
    for (const remembered of [fromSerial, fromMachineId, generated])
      assert.deepEqual(
        again(board(remembered.boardSerial === null ? [] : [remembered.boardSerial]), remembered),
        {
          identity: remembered,
          changed: null,
        },
      );
  });

  it("gives way to the serial of another board, which pairs as itself", () => {
    const { identity, changed } = again(board(["E5F60718"]), fromSerial);
    assert.deepEqual([identity.clientId, identity.boardSerial], ["E5F60718", "E5F60718"]);
    assert.deepEqual(changed, { previous: fromSerial, reason: "other-board" });
    assert.equal(again(board(["A1B2C3D4"]), identity).identity.clientId, "A1B2C3D4", "and back again");
  });

  it("stands when a serial appears with a new kernel, and that serial is noticed from then on", () => {
    for (const remembered of [fromMachineId, generated]) {
      const { identity, changed } = again(board(["A1B2C3D4"]), remembered);
      assert.deepEqual(identity, { ...remembered, boardSerial: "A1B2C3D4" });
      assert.equal(changed, null);
      assert.equal(again(board(["E5F60718"]), identity).changed?.reason, "other-board");
    }
  });

  it("stands when a better source now gives another number beside the remembered one", () => {
    const { identity, changed } = again(board(["FROM-DEVICE-TREE", "A1B2C3D4"]), fromSerial);
    assert.deepEqual([identity, changed], [fromSerial, null]);
  });

  it("stands when the serial is out of sight, and is still compared when one is seen again", () => {
    const { identity, changed } = again(board([]), fromSerial);
    assert.deepEqual([identity, changed], [fromSerial, null]);
  });

  it("stands when the machine-id was reset, or is made anew at each boot", () => {
    const { identity, changed } = again(
      board([], { machineId: "0d5e94a1b8c0d2e6f9a1b3c5d7f3b0c6" }),
      fromMachineId,
    );
    assert.deepEqual([identity, changed], [fromMachineId, null]);
  });

  it("stands as 0.1 made it, in 32 digits, with any prefix", () => {
    const long: Identity = { ...fromMachineId, clientId: `ACME-${APPLICATION_SPECIFIC}` };
    assert.deepEqual(again(board([]), long, { prefix: "ACME-" }), { identity: long, changed: null });
    assert.equal(again(board([]), long).identity.clientId, APPLICATION_SPECIFIC);
  });

  it("is noticed by its number beside something that is none", () => {
    const refused = [{ value: null, path: "/serial-number" }];
    const { identity } = chooseIdentity(
      board(["4A1BE3CC7D90F1A2"], { refused }),
      null,
      false,
      config(),
      newUuid,
    );
    assert.equal(identity.boardSerial, "4A1BE3CC7D90F1A2");
    assert.equal(again(board(["E63B0D94C2A71F58"], { refused }), identity).changed?.reason, "other-board");
  });

  it("stands on a paired device though other boards have that number, and gives way where nothing is paired", () => {
    const stock = "C3D9B8674F4B94F6";
    const taken: Identity = { ...fromSerial, clientId: stock, boardSerial: stock };
    const today = board(["4A1BE3CC7D90F1A2"], { refused: [{ value: stock, path: "/serial-number" }] });
    assert.deepEqual(again(today, taken), { identity: taken, changed: null });
    assert.deepEqual(again(board([], { refused: today.refused }), taken), { identity: taken, changed: null });

    const { identity, changed } = again(today, taken, {}, false);
    assert.deepEqual([identity.clientId, identity.boardSerial], ["4A1BE3CC7D90F1A2", "4A1BE3CC7D90F1A2"]);
    assert.deepEqual(changed, { previous: taken, reason: "shared" });
    assert.equal(
      again(board([], { refused: today.refused }), taken, {}, false).identity.clientId,
      FROM_MACHINE_ID,
    );
  });

  it("takes over a new model name", () => {
    const { identity, changed } = again(board(["A1B2C3D4"], { model: "Testboard 1 rev 2" }), fromSerial);
    assert.deepEqual([identity.model, changed], ["Testboard 1 rev 2", null]);
    assert.equal(again(board(["A1B2C3D4"], { model: null }), fromSerial).identity.model, "Testboard 1");
  });

  it("changes with the configuration: prefix, source, fixed id", () => {
    const prefixed = again(board([]), generated, { prefix: "ACME-" });
    assert.equal(prefixed.identity.clientId, `ACME-${generated.clientId}`);
    assert.equal(prefixed.changed?.reason, "configuration");
    assert.equal(
      again(board([]), prefixed.identity, { prefix: "B-" }).identity.clientId,
      `B-${generated.clientId}`,
    );
    assert.equal(again(board([]), prefixed.identity).identity.clientId, generated.clientId);

    const fixed = again(board(["A1B2C3D4"]), fromSerial, { source: "fixed", fixed: "unit-7" });
    assert.deepEqual([fixed.identity.clientId, fixed.changed?.reason], ["unit-7", "configuration"]);
    assert.equal(again(board(["A1B2C3D4"]), fixed.identity).identity.clientId, "A1B2C3D4");

    assert.equal(
      again(board(["A1B2C3D4"]), fromMachineId, { source: "board-serial" }).identity.clientId,
      "A1B2C3D4",
    );
    assert.equal(
      again(board(["A1B2C3D4"]), fromSerial, { source: "fixed", fixed: "A1B2C3D4" }).changed,
      null,
    );
  });

  it("goes with the card where the configuration says machine-id or fixed", () => {
    for (const keys of [{ source: "machine-id" }, { source: "fixed", fixed: "unit-7" }]) {
      const remembered = first(board(["A1B2C3D4"]), keys);
      const { identity, changed } = again(board(["E5F60718"]), remembered, keys);
      assert.deepEqual([identity.clientId, changed], [remembered.clientId, null]);
    }
  });

  it("needs what it was made from no longer", () => {
    const remembered = first(board(["A1B2C3D4"]), { source: "board-serial" });
    assert.equal(again(board([]), remembered, { source: "board-serial" }).changed, null);
  });
});

const serialNumber = fc.constantFrom("A1B2C3D4", "E5F60718", "90ABX-77");
const anyBoard = fc
  .tuple(fc.uniqueArray(serialNumber), fc.option(fc.constant(MACHINE_ID)))
  .map(([serials, machineId]) => board(serials, { machineId }));
const anyConfig = fc.record({
  source: fc.constantFrom("auto", "fixed"),
  fixed: fc.constant("unit-7"),
  prefix: fc.constantFrom("", "ACME-", "A-A1B2C3D4-"),
});

it("a second start on the same board with the same configuration changes nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyBoard, anyConfig), { minLength: 1, maxLength: 6 }), (starts) => {
      let remembered: Identity | null = null;
      for (const [of, keys] of starts) {
        const { identity } = chooseIdentity(of, remembered, false, config(keys), newUuid);
        assert.deepEqual(chooseIdentity(of, identity, false, config(keys), newUuid), {
          identity,
          changed: null,
        });
        assert.ok(identity.clientId.startsWith(keys.prefix));
        remembered = identity;
      }
    }),
    { numRuns: 1000 },
  );
});

it("the application-specific id tells machines apart and does not hold the machine-id", () => {
  const machineId = fc.stringMatching(/^[0-9a-f]{32}$/);
  fc.assert(
    fc.property(machineId, machineId, (one, other) => {
      assert.match(applicationSpecificId(one), /^[0-9A-F]{12}4[0-9A-F]{3}[89AB][0-9A-F]{15}$/);
      assert.equal(applicationSpecificId(one) === applicationSpecificId(other), one === other);
    }),
  );
});
