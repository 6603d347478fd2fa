/** The law of the house, `docs/architecture.md`, held against every import of the product. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

const TOPS = ["daemon", "hw", "web-ui"];
const MAP = readFileSync("docs/architecture.md", "utf8");

const rooms = new Map(
  [...MAP.matchAll(/^\| `([^`]+)` \|.*\| ([^|]*) \|$/gm)].map(([, path = "", may = ""]) => [
    path,
    may === "everything" ? null : [...may.matchAll(/`([^`]+)`/g)].map(([, room = ""]) => room),
  ]),
);

const files = TOPS.flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(top, file)),
);

/** What a file imports of the product, types included: a word that is known upstairs alone has no business below. */
function importsOf(file: string): readonly string[] {
  const found = readFileSync(file, "utf8").matchAll(/(?:\bfrom|\bimport\(?|\bexport\b.*from)\s*"(\.[^"]+)"/g);
  return [...found].map(([, path = ""]) => normalize(join(dirname(file), path)));
}

function roomOf(file: string): string {
  const fitting = [...rooms.keys()].filter(
    (room) => file === room || (room.endsWith("/") && file.startsWith(room)),
  );
  return fitting.reduce((longest, room) => (room.length > longest.length ? room : longest), "");
}

test("the map names a room for every file, and no room that is not there", () => {
  assert.deepEqual(
    files.filter((file) => roomOf(file) === ""),
    [],
  );
  const lived = new Set(files.map(roomOf));
  assert.deepEqual(
    [...rooms.keys()].filter((room) => !lived.has(room)),
    [],
  );
});

test("no import goes where the map does not let it", () => {
  const forbidden = files.flatMap((file) => {
    const own = roomOf(file);
    const may = rooms.get(own);
    if (may === null || may === undefined) return [];
    return importsOf(file)
      .filter((target) => ![own, ...may].includes(roomOf(target)))
      .map((target) => `${file} imports ${target}, and ${own} may not import ${roomOf(target)}`);
  });
  assert.deepEqual(forbidden, []);
});

test("no circle of rooms, and none of files", () => {
  assert.deepEqual(circle(new Map([...rooms].map(([room, may]) => [room, may ?? []]))), []);
  assert.deepEqual(circle(new Map(files.map((file) => [file, importsOf(file)]))), []);
});

/** The first circle found, as a path that ends where it began. */
function circle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const path: string[] = [];
  function walk(node: string): readonly string[] {
    if (done.has(node)) return [];
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const found = walk(next);
      if (found.length > 0) return found;
    }
    path.pop();
    done.add(node);
    return [];
  }
  for (const node of graph.keys()) {
    const found = walk(node);
    if (found.length > 0) return found;
  }
  return [];
}
