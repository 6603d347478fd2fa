/** What docs/frameio.md calls shown by a test. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

test("every test file that is named there exists", () => {
  const named = readFileSync("docs/frameio.md", "utf8").matchAll(
    /`(?:(test\/[\w/-]+)\/)?([\w-]+\.test\.ts)`/g,
  );
  const files = Array.from(named, ([, folder = "test/daemon/frameio", file]) => `${folder}/${file}`);
  assert.ok(files.length > 0);
  assert.deepEqual(
    files.filter((file) => !existsSync(file)),
    [],
  );
});
