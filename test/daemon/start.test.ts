/** What the daemon loads before anything is asked of it: a board with slow cores shows its picture after that. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

/** Imports that run when their file does: neither types alone nor `import()`. */
const IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^"';]*?\bfrom\s+)?"([^"]+)";/gm;

/** The packages that loading `file` loads, with all that it imports of ours. */
function packagesBehind(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(IMPORT))
    if (path.startsWith("."))
      for (const name of packagesBehind(normalize(join(dirname(file), path)), seen)) packages.add(name);
    else if (!path.startsWith("node:")) packages.add(path);
  return packages;
}

test("what only the local API's clients need is loaded when the first one knocks", () => {
  const atStart = packagesBehind("daemon/main.ts");
  const forClients = packagesBehind("daemon/local/api.ts");
  assert.ok(atStart.has("pino"));
  assert.ok(forClients.has("fastify"));
  for (const name of [
    "fastify",
    "@sinclair/typebox",
    "@sinclair/typebox/errors",
    "@fastify/swagger",
    "prom-client",
  ])
    assert.ok(!atStart.has(name), name);
  for (const name of ["@fastify/swagger", "prom-client"])
    assert.ok(!forClients.has(name), `${name} waits for its route`);
});
