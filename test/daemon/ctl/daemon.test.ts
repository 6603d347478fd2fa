/** c2cctl and the built daemon, from the first code to unpaired. */
import assert from "node:assert/strict";
import { after, it } from "node:test";
import { Board } from "../../e2e/board.ts";
import { DaemonProcess } from "../../e2e/daemon-process.ts";
import { startSimulator } from "../../simulator/simulator.ts";
import { Program, TERMINAL } from "../../support/c2cctl.ts";
import { decodeTerminal } from "../../support/qr.ts";

const program = new Program();
after(() => program.remove());

it("pairs, hands out a token, examines and unpairs", { timeout: 300_000 }, async (t) => {
  const simulator = await startSimulator({ interval: 1, projects: ["Night Shoot"] });
  t.after(() => simulator.close());
  const board = new Board();
  t.after(() => board.remove());
  const daemon = new DaemonProcess(board, simulator, { "pairing.start": "manual" });
  t.after(() => daemon.end("SIGKILL"));
  await daemon.until("manual start", ({ state }) => state === "idle");
  const root = ["--root", board.root];

  const unpaired = await program.run(["token", ...root]);
  assert.deepEqual([unpaired.code, unpaired.stdout], [75, ""]);

  const scanned: string[] = [];
  const paired = await program.run(["pair", ...root], {
    terminal: TERMINAL,
    onOutput(text) {
      const rows = text.split("\r\n").flatMap((line) => /\u001b\[97;40m(.*)\u001b\[0m/.exec(line)?.[1] ?? []);
      if (scanned.length > 0 || !/good for \d:\d\d/.test(text)) return;
      scanned.push(decodeTerminal(rows) ?? "nothing");
      simulator.approve();
    },
  });
  assert.equal(paired.code, 0, paired.stdout);
  assert.match(paired.stdout, /Paired with Night Shoot, as [\w-]+10000000E63B0D94\.\r\n$/);
  assert.match(scanned[0] ?? "", new RegExp(`^${simulator.url}/pair/\\d{6}$`, "i"));

  const token = await program.run(["token", ...root]);
  assert.deepEqual([token.code, token.stderr], [0, ""]);
  assert.ok(simulator.secrets().includes(token.stdout.trim()), "a token that the server knows");

  const doctor = await program.run(["doctor", ...root], { env: { C2CD_FRAMEIO_BASE_URL: simulator.url } });
  assert.equal(doctor.code, 0, doctor.stdout);
  assert.match(doctor.stdout, /^ok {3}authorization: paired with Night Shoot$/m);

  const cancelled = await program.run(["cancel", ...root]);
  assert.deepEqual(
    [cancelled.code, cancelled.stdout],
    [0, "No code is on offer. Still paired with Night Shoot.\n"],
  );

  const gone = await program.run(["unpair", "--yes", ...root]);
  assert.deepEqual([gone.code, gone.stdout], [0, "Unpaired: revoked at Frame.io and forgotten here.\n"]);
  assert.equal((await program.run(["token", ...root])).code, 75);

  await daemon.end();
  const dead = await program.run(["status", ...root]);
  assert.equal(dead.code, 69);
  for (const secret of simulator.secrets())
    for (const { stdout, stderr } of [unpaired, paired, doctor, cancelled, gone, dead])
      assert.ok(!stdout.includes(secret) && !stderr.includes(secret), "a secret was printed");
});
