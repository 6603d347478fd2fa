import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "esbuild";

/** A package, or what the door is there to keep out. */
const BEHIND = /^(?:fontkit|bidi-js|pngjs)$|^daemon\/type\/shaping\/(?!names\.ts$)/;

test("a name opens the door: before, nothing of shaping is loaded with the daemon", async () => {
  const { metafile } = await build({
    entryPoints: ["daemon/main.ts"],
    outdir: "dist",
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of metafile.inputs[file]?.imports ?? [])
      if (kind !== "dynamic-import") load(path);
  };
  load("daemon/main.ts");
  // However the daemon comes to load it.
  load("daemon/screens/presenter.ts");
  assert.ok(loaded.has("daemon/type/shaping/names.ts"));
  assert.deepEqual(
    [...loaded].filter((file) => BEHIND.test(file)),
    [],
  );
});
