import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { startSimulator } from "../simulator/simulator.ts";
import { fastClock } from "../support/fast-clock.ts";
import { bundle } from "./bundle.ts";

const LIVES = 220;
/** Boundaries from the start of a life to its death: from the first call of all to the second refresh of a life. */
const LONGEST_LIFE = 44;
const FACTOR = 150;
const ACCESS_LIFE_S = 60;

interface Life {
  readonly lines: readonly string[];
  /** The last thing that happened. */
  readonly death: string;
  /** Whether it found that its authorization is gone. */
  readonly ended: boolean;
}

/**
 * Whether the server may have rotated or granted tokens that are not on the disk when this life ended: from asking for
 * them to having stored just these. No device can survive a death in this window, it can only keep it short.
 */
function answerMayBeLost({ lines }: Life): boolean {
  let open = false;
  let issued: string | null = null;
  for (const line of lines) {
    if (/^frameio\.(poll|refresh) begins$/.test(line)) open = true;
    else if (line.startsWith("issued ")) issued = line.slice("issued ".length);
    else if (/^frameio\.(poll|refresh) ended$/.test(line) && issued === null) open = false;
    else if (line === `stored ${issued}`) {
      open = false;
      issued = null;
    }
  }
  return open;
}

test("killed at every boundary of its effects, a device keeps every authorization whose answer it had stored", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "c2cd-kill-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const program = await bundle(t, "short-life");
  const origin = Date.now();
  const simulator = await startSimulator({
    now: fastClock(origin, FACTOR).wall,
    accessLife: ACCESS_LIFE_S,
    autoApproveAfter: 0,
  });
  t.after(() => simulator.close());

  async function live(deathAt: number): Promise<Life> {
    const given = [directory, simulator.url, simulator.secret, origin, FACTOR, deathAt].map(String);
    const child = spawn(process.execPath, [program, ...given], { stdio: ["ignore", "pipe", "pipe"] });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    const [status, signal] = await once(child, "close");
    assert.equal(signal, "SIGKILL", `dies by our hand, and not with status ${status}: ${complaint}`);
    return {
      lines,
      death: lines.filter((line) => line.includes(".")).at(-1) ?? "",
      ended: lines.includes("authorization ended"),
    };
  }

  const deaths = new Map<string, number>();
  let losses = 0;
  let windows = 0;
  /** `doubt`: some life may have lost an answer; `lost`: a later one found that it had, and may have died over it. */
  let stored: "safe" | "doubt" | "lost" = "safe";
  for (let count = 0; count < LIVES; count++) {
    const life: Life = await live(1 + (count % LONGEST_LIFE));
    deaths.set(life.death, (deaths.get(life.death) ?? 0) + 1);
    if (life.ended) {
      assert.notEqual(stored, "safe", `lost although stored; this life died at ${life.death}`);
      if (stored === "doubt") losses += 1;
      stored = "lost";
    }
    if (life.lines.some((line) => line.startsWith("issued "))) stored = "safe";
    if (answerMayBeLost(life)) {
      windows += 1;
      stored = "doubt";
    }
  }
  assert.ok(deaths.size >= 12, "dies at boundaries of every kind");
  t.diagnostic(
    `${LIVES} deaths at ${deaths.size} kinds of boundaries; authorizations lost although stored: 0`,
  );
  t.diagnostic(
    `${windows} deaths between asking for tokens and having them on disk, ${losses} of them after the server had committed: no device survives these`,
  );
  for (const [where, count] of [...deaths].sort()) t.diagnostic(`  ${String(count).padStart(3)}  ${where}`);
});
