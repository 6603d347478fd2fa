/** docs/fleet, as Prometheus takes it. What promtool is not there for is not passed over: scripts/apt-install brings it. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { before, test } from "node:test";
import { PAIRED } from "../daemon/local/fake-backend.ts";
import { overTcp, start } from "../daemon/local/harness.ts";

const FLEET = resolve("docs/fleet");
const read = (name: string) => readFileSync(join(FLEET, name), "utf8");

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

const { panels } = JSON.parse(read("dashboard.json")) as { panels: readonly Panel[] };
const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

function promtool(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync("promtool", args, { cwd: FLEET, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
}

before(() => execFileSync("scripts/apt-install", ["prometheus"], { stdio: "inherit" }));

test("the alert rules are rules, and fire when they should and not when they shouldn't", () => {
  promtool("check", "rules", "alerts.yml");
  promtool("test", "rules", "alerts.test.yml");
});

test("every expression of the dashboard is one of PromQL", (context) => {
  const directory = mkdtempSync(join(tmpdir(), "c2cd-fleet-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "expressions.json");
  const rules = expressions.map((expr, index) => ({ record: `panel_${index}`, expr }));
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
  promtool("check", "rules", file);
});

test("no panel of the dashboard lies on another", () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
  );
  assert.equal(new Set(cells).size, cells.length);
});

test("rules and dashboard ask for figures that the daemon has, by labels that they have", async (context) => {
  const running = await start(context);
  running.backend.become(PAIRED);
  const { body } = await overTcp(running, "/metrics");
  const known = new Set([...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  for (const text of [read("alerts.yml"), ...expressions])
    for (const [name] of text.matchAll(/\bc2cd_\w+/g))
      assert.ok(known.has(name.replace(/_bucket$/, "")), name);
  for (const [, state] of expressions.join("\n").matchAll(/state="(\w+)"/g))
    assert.match(body, new RegExp(`^c2cd_state\\{state="${state}"\\} `, "m"));
});
