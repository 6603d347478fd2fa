import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type Simulator, startSimulator } from "./simulator.ts";
import { type Heard, TestDevice } from "./testdevice.ts";

async function started(
  t: TestContext,
): Promise<[Simulator, TestDevice, (route: string, body?: unknown) => Promise<Heard>]> {
  const simulator = await startSimulator({ projects: ["Feature Film", "Documentary"] });
  t.after(() => simulator.close());
  const device = new TestDevice(simulator);
  const admin = (route: string, body?: unknown) => {
    const [method = "", path = ""] = route.split(" ");
    return device.ask(`/_admin${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  return [simulator, device, admin];
}

describe("the admin API", () => {
  it("approves the newest code, or a named one, with project and expiry date", async (t) => {
    const [simulator, device, admin] = await started(t);
    const older = (await device.requestCode()).json;
    await device.requestCode();
    const newest = (await admin("POST /approve")).json;
    assert.equal(newest.project, "Feature Film");
    assert.notEqual(newest.userCode, older.user_code);
    const expiresAt = new Date(simulator.now() + 86_400_000).toISOString();
    const named = { userCode: older.user_code, project: "Documentary", expiresAt };
    assert.equal((await admin("POST /approve", named)).json.state, "authorized");
    await device.poll(older.device_code);
    assert.equal(simulator.devices()[0]?.expiresAt, Date.parse(expiresAt));
    assert.deepEqual(
      simulator.codes().map(({ state, project }) => [state, project]),
      [
        ["authorized", "Documentary"],
        ["authorized", "Feature Film"],
      ],
    );
  });

  it("denies, approves by itself, pauses, resumes, renames, forgets, advances", async (t) => {
    const [simulator, device, admin] = await started(t);
    const { device_code } = (await device.requestCode()).json;
    assert.equal((await admin("POST /deny", { clientId: "R1-0001" })).json.state, "denied");
    assert.deepEqual((await device.poll(device_code)).json, { error: "access_denied" });
    await admin("POST /auto-approve", { after: 0 });
    const next = (await device.requestCode()).json;
    const { access_token } = (await device.poll(next.device_code)).json;
    await admin("POST /pause");
    const [listed] = JSON.parse((await admin("GET /devices")).text);
    assert.deepEqual([listed.clientId, listed.paused, listed.project], ["R1-0001", true, "Feature Film"]);
    await admin("POST /resume", { clientId: "R1-0001" });
    await admin("POST /rename-project", { project: "Feature Film", name: "Feature" });
    const { status, project } = (await device.me(access_token)).json;
    assert.deepEqual([status, (project as { name: string }).name], ["offline", "Feature"]);
    await admin("POST /expire", { expiresAt: "2126-01-01T00:00:00Z" });
    assert.equal(simulator.devices()[0]?.expiresAt, Date.UTC(2126, 0, 1));
    const before = simulator.now();
    await admin("POST /advance", { ms: 3_600_000 });
    assert.ok(simulator.now() - before >= 3_600_000);
    await admin("POST /forget");
    assert.equal((await admin("GET /devices")).text, "[]");
  });

  it("puts fault rules in force and out of it, and lists requests", async (t) => {
    const [, device, admin] = await started(t);
    const { id } = (await admin("POST /faults", { call: "health", fault: { type: "status", status: 503 } }))
      .json;
    assert.equal((await device.ask("/health")).status, 503);
    assert.equal(JSON.parse((await admin("GET /faults")).text)[0].hit, 1);
    assert.equal((await admin(`DELETE /faults/${id}`)).status, 200);
    await admin("POST /faults", { call: "any", fault: { type: "drop" } });
    await admin("DELETE /faults");
    assert.equal((await device.ask("/health")).status, 200);
    await device.requestCode();
    assert.equal(JSON.parse((await admin("GET /requests?call=health")).text).length, 2);
    assert.equal(JSON.parse((await admin("GET /requests")).text).length, 3);
  });

  it("gives no secret away", async (t) => {
    const [simulator, device, admin] = await started(t);
    await device.pair();
    let text = "";
    for (const list of ["codes", "devices", "projects", "requests", "faults"])
      text += (await admin(`GET /${list}`)).text;
    for (const secret of simulator.secrets()) assert.ok(!text.includes(secret));
  });

  it("says what it did not understand", async (t) => {
    const [, device, admin] = await started(t);
    const cases: [string, unknown, RegExp][] = [
      ["POST /approve", {}, /No code is waiting/],
      ["POST /approve", { userCode: "000000" }, /The code 000000 is unknown/],
      ["POST /approve", { user_code: "000000" }, /user_code/],
      ["POST /forget", {}, /Paired: none/],
      ["POST /rename-project", { project: "Western", name: "x" }, /No project "Western".*Documentary/],
      ["POST /rename-project", { project: "Feature Film", name: " " }, /needs a name/],
      ["POST /advance", { ms: -1 }, /\/ms/],
      ["POST /faults", { call: "me", fault: { type: "gremlins" } }, /^fault.type: one of latency, /],
      ["POST /faults", { call: "me" }, /^fault.type: one of latency, /],
      ["POST /faults", { call: "me", fault: { type: "latency" } }, /\/ms/],
      ["POST /faults", { call: "me", fault: { type: "drop", extra: 1 } }, /\/extra/],
      ["POST /faults", { call: "me", fault: { type: "drop" }, count: 0 }, /\/count/],
      ["POST /faults", [], /^call: one of any, code, /],
      ["POST /faults", { call: "frame", fault: { type: "drop" } }, /^call: one of any, code, /],
      ["DELETE /faults/f9", undefined, /No fault rule "f9"/],
      ["GET /nothing", undefined, /GET \/_admin lists/],
    ];
    for (const [route, body, sentence] of cases) {
      const { status, json } = await admin(route, body);
      assert.equal(status, 400, route);
      assert.match(String(json.error), sentence);
    }
    const broken = await device.ask("/_admin/approve", { method: "POST", body: "{" });
    assert.match(String(broken.json.error), /not JSON/);
    await device.requestCode();
    assert.match(String((await admin("POST /approve", { expiresAt: "soon" })).json.error), /not a date/);
    assert.match(
      String((await admin("POST /approve", { expiresAt: "2001-01-01" })).json.error),
      /has passed/,
    );
    assert.match(String((await admin("POST /approve", { project: "Western" })).json.error), /Western/);
  });

  it("lists itself", async (t) => {
    const [, , admin] = await started(t);
    const { json } = await admin("GET ");
    for (const route of Object.keys(json)) {
      const { text } = await admin(route.replace("/_admin", ""), route.startsWith("GET") ? undefined : {});
      assert.doesNotMatch(text, /lists what there is/, route);
    }
  });
});
