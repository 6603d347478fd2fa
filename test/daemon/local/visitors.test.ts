/** Who is let in to the page where it is on the network. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { get } from "node:http";
import { type TestContext, test } from "node:test";
import { isLoopbackAddress } from "../../../daemon/core/address.ts";
import { Visitors } from "../../../daemon/local/visitors.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { AWAITING, OFFER, PAIRED } from "./fake-backend.ts";
import { overSocket, overTcp, type Running, start } from "./harness.ts";

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

/** A page whose every reader over TCP comes from the network. */
async function onNetwork(
  context: TestContext,
  { isNear = () => false, acts = true }: { isNear?(address: string): boolean; acts?: boolean } = {},
) {
  const clock = new ManualClock();
  const visitors = new Visitors({ clock, randomBytes, isNear });
  const http = { listen: "127.0.0.1:0", hosts: [], allow_actions: acts };
  const running = await start(context, { visitors, http });
  running.backend.become(AWAITING);
  return { clock, visitors, running };
}

function unlock(running: Running, body: object = {}) {
  return overTcp(running, "/v1/unlock", { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) });
}

function cookieOf(answer: Awaited<ReturnType<typeof overTcp>>): { readonly cookie: string } {
  assert.ok(answer.status === 204 || answer.status === 303, answer.body);
  const [cookie = ""] = answer.headers["set-cookie"] ?? [];
  assert.match(cookie, /^c2cd-pass=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  return { cookie: cookie.split(";", 1)[0] ?? "" };
}

/** The first snapshot of an event stream. */
function firstEvent({ port }: Running, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: "/v1/events", headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        const data = /^data: (.*)$/m.exec(text)?.[1];
        if (data === undefined) return;
        answer.destroy();
        resolve(data);
      });
    }).on("error", reject);
  });
}

for (const acts of [true, false])
  test(`a stranger sees the state without its code, in whatever form, and changes nothing, actions ${acts ? "on" : "off"}`, async (context) => {
    const { running, visitors } = await onNetwork(context, { acts });
    const digits = new RegExp(OFFER.user_code);
    const status = await overTcp(running, "/v1/status");
    assert.equal(JSON.parse(status.body).state, "awaiting-user");
    const page = await overTcp(running, "/", { headers: { "accept-language": "en" } });
    assert.match(page.body, /enter the PIN of this device/);
    for (const seen of [status.body, page.body, await firstEvent(running)]) {
      assert.doesNotMatch(seen.replaceAll("</span><span>", ""), digits);
      assert.doesNotMatch(seen, new RegExp(visitors.pin));
    }
    for (const path of ["/v1/qr.svg", "/v1/qr.png", "/v1/screen.png"])
      assert.equal((await overTcp(running, path)).status, 403, path);
    for (const verb of ["pair", "cancel", "unpair"]) {
      const answer = await overTcp(running, `/v1/${verb}`, { method: "POST" });
      const { type } = JSON.parse(answer.body);
      assert.deepEqual(
        [answer.status, type],
        [403, `urn:c2cd:problem:${acts ? "pin-wanted" : "actions-off"}`],
      );
    }
    assert.deepEqual(running.backend.calls, []);
  });

test("a page that only looks shows the code to who has the PIN, and no buttons", async (context) => {
  const { running, visitors } = await onNetwork(context, { acts: false });
  const headers = cookieOf(await unlock(running, { pin: visitors.pin }));
  const page = await overTcp(running, "/", { headers });
  assert.match(page.body.replaceAll("</span><span>", ""), new RegExp(OFFER.user_code));
  assert.doesNotMatch(page.body, /<form/);
  const answer = await overTcp(running, "/v1/cancel", { method: "POST", headers });
  assert.match(answer.body, /actions-off/);
});

test("a button is spoken of where there is one", async (context) => {
  const { running } = await onNetwork(context);
  for (const has_button of [true, false]) {
    running.backend.become({ ...AWAITING, has_button });
    const answers = [
      await overTcp(running, "/", { headers: { "accept-language": "en" } }),
      await overTcp(running, "/v1/qr.svg"),
      await unlock(running, { pin: "no PIN" }),
    ];
    for (const { body } of answers) assert.equal(/\bbutton on the|\bits button/.test(body), has_button, body);
  }
});

test("a change is told to strangers without the code as well", async (context) => {
  const { running } = await onNetwork(context);
  running.backend.become(PAIRED);
  const stream = new Promise<string>((resolve, reject) => {
    get({ host: "127.0.0.1", port: running.port, path: "/v1/events", agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (text.includes("\ndata:") && text.split("data:").length === 2) running.backend.become(AWAITING);
        if (!text.includes('"awaiting-user"')) return;
        answer.destroy();
        resolve(text);
      });
    }).on("error", reject);
  });
  assert.doesNotMatch(await stream, new RegExp(OFFER.user_code));
});

test("the PIN, which the control socket alone tells, lets in who has it", async (context) => {
  const { running } = await onNetwork(context);
  assert.equal((await overTcp(running, "/v1/pin")).status, 403);
  const { pin } = JSON.parse((await overSocket(running, "/v1/pin")).body);
  assert.match(pin, /^\d{6}$/);
  const headers = cookieOf(await unlock(running, { pin: `${pin.slice(0, 3)} ${pin.slice(3)}` }));
  assert.equal(
    JSON.parse((await overTcp(running, "/v1/status", { headers })).body).pairing.user_code,
    OFFER.user_code,
  );
  assert.match(await firstEvent(running, headers), new RegExp(OFFER.user_code));
  assert.equal((await overTcp(running, "/v1/qr.svg", { headers })).status, 200);
  assert.equal((await overTcp(running, "/v1/cancel", { method: "POST", headers })).status, 202);
  assert.deepEqual(running.backend.calls, ["cancel"]);
  const forged = { cookie: `c2cd-pass=${"A".repeat(43)}` };
  assert.equal((await overTcp(running, "/v1/pair", { method: "POST", headers: forged })).status, 403);
});

test("the page's own form lets in, and says what was wrong", async (context) => {
  const { running, visitors } = await onNetwork(context);
  const page = await overTcp(running, "/?lang=en");
  const token = /name="token" value="([\w-]+)"/.exec(page.body)?.[1] ?? "";
  const post = (pin: string) =>
    overTcp(running, "/v1/unlock", {
      method: "POST",
      headers: FORM_TYPE,
      body: String(new URLSearchParams({ token, lang: "en", pin })),
    });
  const wrong = await post("no PIN");
  assert.deepEqual([wrong.status, wrong.headers.location], [303, "/?lang=en&notice=wrong-pin"]);
  assert.match((await overTcp(running, wrong.headers.location ?? "")).body, /not the PIN of this device/);
  const right = await post(visitors.pin);
  assert.equal(right.headers.location, "/?lang=en");
  const headers = cookieOf(right);
  assert.match((await overTcp(running, "/", { headers })).body, /action="\/v1\/cancel"/);
});

test("a press of the button lets one visitor in, within a minute", async (context) => {
  const { running, visitors, clock } = await onNetwork(context);
  assert.equal((await unlock(running)).status, 403);
  visitors.pressed();
  await clock.advance(60_001);
  assert.equal((await unlock(running)).status, 403);
  visitors.pressed();
  await clock.advance(59_000);
  const headers = cookieOf(await unlock(running));
  assert.equal((await overTcp(running, "/v1/pair", { method: "POST", headers })).status, 202);
  assert.equal((await unlock(running)).status, 403, "the press was used up");
});

test("who guesses has five tries in five minutes, and the right PIN is not looked at any more then", async (context) => {
  const { running, visitors, clock } = await onNetwork(context);
  for (let tries = 0; tries < 5; tries++)
    assert.equal((await unlock(running, { pin: "no PIN" })).status, 403);
  const later = await unlock(running, { pin: visitors.pin });
  assert.deepEqual([later.status, later.headers["retry-after"]], [429, "300"]);
  visitors.pressed();
  cookieOf(await unlock(running));
  await clock.advance(300_000);
  cookieOf(await unlock(running, { pin: visitors.pin }));
});

test("a pass ends after twelve hours", async (context) => {
  const { running, visitors, clock } = await onNetwork(context);
  const headers = cookieOf(await unlock(running, { pin: visitors.pin }));
  await clock.advance(12 * 3_600_000 - 1);
  assert.equal((await overTcp(running, "/v1/pair", { method: "POST", headers })).status, 202);
  await clock.advance(1);
  assert.equal((await overTcp(running, "/v1/pair", { method: "POST", headers })).status, 403);
});

test("that no PIN is taken for a while is told once", () => {
  let told = 0;
  const visitors = new Visitors({ clock: new ManualClock(), randomBytes, onRest: () => told++ });
  for (let tries = 0; tries < 9; tries++) visitors.admit("no PIN");
  assert.equal(told, 1);
});

test("of more guests than thirty-two the first has to show it again", () => {
  const visitors = new Visitors({ clock: new ManualClock(), randomBytes });
  const passes = Array.from({ length: 33 }, () => {
    const admission = visitors.admit(visitors.pin);
    assert.ok(admission.type === "welcome");
    return admission.pass;
  });
  const known = passes.filter((pass) => visitors.knows("192.0.2.44", pass));
  assert.deepEqual(known, passes.slice(1));
});

test("this machine itself and the control socket need no PIN", async (context) => {
  const { running } = await onNetwork(context, { isNear: isLoopbackAddress });
  for (const over of [overTcp, overSocket]) {
    assert.match((await over(running, "/v1/status")).body, new RegExp(OFFER.user_code));
    assert.equal((await over(running, "/v1/pair", { method: "POST" })).status, 202);
  }
  for (const address of ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
    assert.equal(isLoopbackAddress(address), true, address);
  for (const address of ["", "192.0.2.17", "::ffff:192.0.2.17", "fe80::1", "::", "0.0.0.0", "128.0.0.1"])
    assert.equal(isLoopbackAddress(address), false, address);
});

test("where nobody is asked for a PIN there is none", async (context) => {
  const running = await start(context);
  assert.equal((await overSocket(running, "/v1/pin")).status, 404);
  assert.equal((await unlock(running)).status, 404);
});
