/** Whom the built daemon and c2cctl doctor take for Frame.io. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { after, type TestContext, test } from "node:test";
import { NODE_FLAGS } from "../../scripts/node-flags.ts";
import { type Certificate, createAuthority, createSelfSigned } from "../simulator/certificates.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { Board } from "./board.ts";
import { DaemonProcess } from "./daemon-process.ts";

const home = mkdtempSync(join(tmpdir(), "c2cd-trust-"));
after(() => rmSync(home, { recursive: true }));

async function meet(
  context: TestContext,
  tls: Certificate,
  environment: Readonly<Record<string, string>> = {},
  prepare: (board: Board) => void = () => {},
): Promise<{ simulator: Simulator; daemon: DaemonProcess; doctor(): Promise<string> }> {
  const simulator = await startSimulator({ tls, publicUrl: "https://next.frame.io" });
  const board = new Board();
  prepare(board);
  const daemon = new DaemonProcess(board, simulator, {}, { environment });
  context.after(async () => {
    await daemon.end("SIGKILL");
    await simulator.close();
    board.remove();
  });
  const doctor = async () => {
    const asked = spawn(
      process.execPath,
      [...NODE_FLAGS, resolve("dist/c2cctl.js"), "doctor", "--root", board.root],
      {
        env: { PATH: process.env.PATH, ...environment },
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    return text(asked.stdout);
  };
  return { simulator, daemon, doctor };
}

test("an impostor is told nothing, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async (context) => {
  const impostor = createSelfSigned(join(home, "impostor"), { hosts: ["127.0.0.1"] });
  const { simulator, daemon, doctor } = await meet(context, impostor, { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
  await daemon.until("a refusal", ({ health }) => health.some(({ code }) => code === "tls-refused"));
  assert.match(
    await doctor(),
    /^fail tls: .*certificate or TLS not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/m,
  );
  assert.deepEqual(simulator.requests(), []);
});

test("an authority that update-ca-certificates has added is trusted without ca_file", async (context) => {
  const authority = createAuthority(join(home, "ca"));
  const { daemon, doctor } = await meet(context, authority.issue({ hosts: ["127.0.0.1"] }), {}, (board) =>
    board.write("/etc/ssl/certs/ca-certificates.crt", readFileSync(authority.certFile)),
  );
  await daemon.until("a code", ({ pairing }) => pairing !== null);
  assert.match(await doctor(), /^ok {3}tls: the certificate is good$/m);
});
