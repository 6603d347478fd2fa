import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import {
  type Authority,
  type CertificateOptions,
  createAuthority,
  createSelfSigned,
} from "./certificates.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

const YEAR_MS = 365 * 86_400_000;

function authority(t: TestContext): [Authority, string] {
  const dir = mkdtempSync(join(tmpdir(), "certificates-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return [createAuthority(dir), dir];
}

/** The status of health, or the code of the error that a client which trusts `ca` meets. */
async function health(simulator: Simulator, ca: string): Promise<unknown> {
  const asked = request(`${simulator.url}/health`, { ca, agent: false });
  asked.end();
  try {
    const [response] = await once(asked, "response");
    response.resume();
    return response.statusCode;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

describe("https", () => {
  const faults: [string, CertificateOptions, unknown][] = [
    ["a good certificate", {}, 200],
    [
      "an expired one",
      { from: new Date(Date.now() - 2 * YEAR_MS), to: new Date(Date.now() - YEAR_MS) },
      "CERT_HAS_EXPIRED",
    ],
    [
      "one that is not yet valid",
      { from: new Date(Date.now() + YEAR_MS), to: new Date(Date.now() + 2 * YEAR_MS) },
      "CERT_NOT_YET_VALID",
    ],
    ["one for another host", { hosts: ["api.frame.io"] }, "ERR_TLS_CERT_ALTNAME_INVALID"],
  ];

  it("is what its certificate makes of it, and the certificate can change while it runs", async (t) => {
    const [root, dir] = authority(t);
    const simulator = await startSimulator({ tls: root.issue() });
    t.after(() => simulator.close());
    assert.match(simulator.url, /^https:/);
    for (const [name, options, outcome] of faults) {
      simulator.useCertificate(root.issue(options));
      assert.equal(await health(simulator, root.cert), outcome, name);
    }
    simulator.useCertificate(createSelfSigned(dir));
    assert.equal(await health(simulator, root.cert), "DEPTH_ZERO_SELF_SIGNED_CERT");
  });

  it("resets and cuts connections under TLS too", async (t) => {
    const [root] = authority(t);
    const simulator = await startSimulator({ tls: root.issue() });
    t.after(() => simulator.close());
    simulator.faults.add({ call: "health", fault: { type: "reset" }, count: 1 });
    assert.equal(await health(simulator, root.cert), "ECONNRESET");
    simulator.faults.add({ call: "health", fault: { type: "drop" }, count: 1 });
    assert.equal(await health(simulator, root.cert), "ECONNRESET");
    simulator.faults.add({ call: "health", fault: { type: "hang" }, count: 1 });
    const seen = simulator.nextRequest();
    const hung = health(simulator, root.cert);
    await seen;
    await simulator.goOffline();
    assert.equal(await hung, "ECONNRESET");
    await simulator.goOnline();
    assert.equal(await health(simulator, root.cert), 200);
  });

  it("without TLS there is no certificate to change", async (t) => {
    const simulator = await startSimulator();
    t.after(() => simulator.close());
    assert.throws(() => simulator.useCertificate({ cert: "", key: "" }), { name: "AdminError" });
  });
});
