import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const FACES = "daemon/type/faces";

test("NOTICE tells of every shipped face where it comes from, and of no other", () => {
  const named = [...readFileSync("NOTICE", "utf8").matchAll(/^faces\/(.+)\n {4}\S/gm)]
    .flatMap(([, list = ""]) => list.split(", "))
    .map((pattern) => new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`));
  const faces = readdirSync(FACES);
  for (const face of faces) assert.equal(named.filter((pattern) => pattern.test(face)).length, 1, face);
  for (const pattern of named)
    assert.ok(
      faces.some((face) => pattern.test(face)),
      `${pattern}`,
    );
});
