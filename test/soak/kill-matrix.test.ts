import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { seededRandom } from "../support/random.ts";
import { boundaries, type Death, type Life, Mortal, REFRESHED, WORKS } from "./mortal.ts";

/** Deaths in lives that are paired at their start: round after round of all points, each in another order. */
const PAIRED_DEATHS = 170;
const SEED = 1;
/** Seconds: less than half a second of the test's time, so that a life sees a refresh at its start and one when it is due. */
const SHORT_ACCESS = 60;
/** Longer than any life here: nothing is refreshed. */
const LONG_ACCESS = 28_800;

/** What the card holds after a life, and whether Frame.io has moved on from it. */
type Held = "nothing" | "working" | "spent";

/** Tokens that were issued and not stored are gone, with those that they replaced: no device survives that death. */
function heldAfter(life: Life, before: Held): Held {
  let held = before;
  let issued: string | null = null;
  for (const line of life) {
    if (line.startsWith("issued ")) {
      issued = line.slice("issued ".length);
      if (held === "working") held = "spent";
    } else if (issued !== null && line === `stored ${issued}`) held = "working";
  }
  return held;
}

/**
 * Nothing happens between the coming of new tokens and the disk's work on them. How long others wait for its end is
 * no matter of order: the time here races, and with it their patience.
 */
function assertDiskFirst(life: Life): void {
  const answers = life.flatMap((line, index) => (line.startsWith("issued ") ? [index] : []));
  assert.equal(answers.length, 2, "a pairing and a refresh");
  for (const index of answers) {
    const next = life.slice(index + 1, index + 4).map((line) => line.replace("poll", "refresh"));
    assert.deepEqual(next, ["frameio.refresh ended", "vault.storeAuthorization begins", "disk.write begins"]);
  }
}

/** Lives until tokens work, and must have found at its start just what was held. */
async function checkLife(device: Mortal, held: Held, after: Death): Promise<void> {
  const life = await device.live(WORKS);
  const where = `after a death at ${after.line}, ${after.nth}`;
  assert.equal(life.includes("found an authorization"), held !== "nothing", where);
  assert.equal(life.includes("ended by Frame.io"), held === "spent", where);
  assert.equal(life.includes("frameio.requestCode begins"), held !== "working", where);
}

function tellDeaths(t: TestContext, deaths: readonly Death[], lost: number): void {
  const counts = new Map<string, number>();
  for (const { line } of deaths) counts.set(line, (counts.get(line) ?? 0) + 1);
  t.diagnostic(
    `${deaths.length} deaths at ${counts.size} kinds of boundaries: 0 authorizations lost that were stored, ` +
      `${lost} whose tokens had come and were not on the disk yet`,
  );
  for (const [line, count] of [...counts].sort()) t.diagnostic(`${String(count).padStart(5)}  ${line}`);
}

test("killed at each boundary of a pairing, a device holds the authorization as soon as it was stored", async (t) => {
  const device = await Mortal.create(t, SHORT_ACCESS);
  const whole = await device.live(REFRESHED);
  assertDiskFirst(whole);
  const points = boundaries(whole);
  let lost = 0;
  for (const point of points) {
    device.changeCard();
    const life = await device.live(point);
    const held = heldAfter(life, "nothing");
    if (held === "nothing" && life.some((line) => line.startsWith("issued "))) lost += 1;
    await checkLife(device, held, point);
  }
  tellDeaths(t, points, lost);
});

test("killed at each boundary of a refresh, a device holds the authorization as soon as it was stored", async (t) => {
  const device = await Mortal.create(t, SHORT_ACCESS);
  // A device that has been shown as paired: what only happens once is not come to again.
  await device.live(REFRESHED);
  const points = boundaries(await device.live(REFRESHED));
  const random = seededRandom(SEED);
  const deaths: Death[] = [];
  let lost = 0;
  let held: Held = "working";
  while (deaths.length < PAIRED_DEATHS) {
    const shuffled = points
      .map((point) => ({ point, order: random() }))
      .sort((one, other) => one.order - other.order);
    for (const { point } of shuffled) {
      const life = await device.live(point);
      const where = `in the life that died at ${point.line}, ${point.nth}`;
      assert.ok(!life.includes("found nothing"), where);
      assert.ok(!life.includes("ended by Frame.io"), `lost although stored, seen ${where}`);
      deaths.push(point);
      held = heldAfter(life, held);
      if (held === "working") continue;
      lost += 1;
      await checkLife(device, held, point);
      held = "working";
    }
  }
  tellDeaths(t, deaths, lost);
});

test("killed while Frame.io's answer is on its way, a device pairs again and says why", async (t) => {
  const device = await Mortal.create(t, SHORT_ACCESS);
  await device.dieUnanswered("poll");
  assert.equal(device.simulator.devices().length, 1, "Frame.io had granted it");
  const again = await device.live(WORKS);
  assert.ok(again.includes("found nothing"));
  await device.dieUnanswered("refresh");
  const later = await device.live(WORKS);
  assert.ok(later.includes("ended by Frame.io"), "the token was spent, and its successor never came");
  assert.ok(later.includes("frameio.requestCode begins"));
});

test("killed at each boundary of an unpair, a device is paired as before or finishes the unpair", async (t) => {
  const device = await Mortal.create(t, LONG_ACCESS);
  await device.live(WORKS);
  const whole = await device.live({ line: "unpaired", nth: 1 }, { unpair: true });
  const points = boundaries(whole).filter(({ line }) => line.startsWith("leaving "));
  await device.live(WORKS);
  for (const point of points) {
    const life = await device.live(point, { unpair: true });
    assert.ok(!life.includes("found nothing"));
    const unpaired = life.includes("stored the unpair");
    const next = await device.live(WORKS);
    const where = `after a death at ${point.line}, ${point.nth}`;
    assert.ok(!next.includes("ended by Frame.io"), where);
    assert.equal(next.includes("frameio.requestCode begins"), unpaired, where);
  }
  t.diagnostic(
    `${points.length} deaths: ${points.map(({ line }) => line.slice("leaving ".length)).join(", ")}`,
  );
});
