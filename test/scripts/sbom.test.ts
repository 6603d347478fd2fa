/** The bills of materials: what the formats ask for, and what is really in the programs. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { buildPrograms } from "../../scripts/bundle.ts";
import { type Component, componentsOf, cycloneDx, NATIVE, spdx } from "../../scripts/sbom.ts";

const RELEASE = { version: "1.2.3", builtAt: Date.UTC(2026, 0, 2) };
const PURL = /^pkg:(npm|generic)\/(%40[\w.-]+\/)?[\w.-]+@\d[\w.+-]*$/;

interface CycloneDx {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly timestamp: string; readonly component: { readonly "bom-ref": string } };
  readonly components: readonly {
    readonly type: string;
    readonly "bom-ref": string;
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Spdx {
  readonly packages: readonly Readonly<Record<string, unknown>>[];
  readonly relationships: readonly {
    readonly spdxElementId: string;
    readonly relatedSpdxElement: string;
  }[];
  readonly [field: string]: unknown;
}

describe("the bills of materials", () => {
  const directory = mkdtempSync(join(tmpdir(), "c2cd-sbom-"));
  let components: readonly Component[];
  let code = "";

  before(async () => {
    components = componentsOf(await buildPrograms(directory, ["c2cd", "c2cctl"], {}));
    for (const chunk of readdirSync(join(directory, "chunks")))
      code += readFileSync(join(directory, "chunks", chunk), "utf8");
  });
  after(() => rmSync(directory, { recursive: true }));

  it("name what is in the programs, and nothing that is left out of them", () => {
    const names = components.map(({ name }) => name);
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: object };
    // Types alone are taken from none of these.
    for (const name of [...Object.keys(dependencies), ...NATIVE, "sqlite", "avvio", "dijkstrajs"])
      assert.ok(names.includes(name), name);
    for (const absent of ["yaml", "sonic-boom", "thread-stream", "light-my-request", "ajv", "esbuild", "tsx"])
      assert.ok(!names.includes(absent), absent);
    assert.deepEqual(names, [...new Set(names)]);
  });

  it("miss no package that the chunks still name", () => {
    // The bundler calls a CommonJS module by its path: node_modules/pngjs/lib/png.js.
    const named = [...code.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)].map(([, name]) => name);
    for (const name of new Set(named))
      assert.ok(
        components.some((known) => known.name === name),
        name,
      );
  });

  it("are CycloneDX 1.6", () => {
    const bom = cycloneDx(components, RELEASE) as CycloneDx;
    assert.deepEqual([bom.bomFormat, bom.specVersion], ["CycloneDX", "1.6"]);
    assert.equal(bom.metadata.timestamp, "2026-01-02T00:00:00Z");
    for (const { type, name, version, purl, hashes = [] } of bom.components) {
      assert.equal(type, "library");
      assert.ok(name !== "" && version !== "");
      assert.match(purl, PURL);
      for (const { alg, content } of hashes) {
        assert.equal(alg, "SHA-512");
        assert.match(content, /^[0-9a-f]{128}$/);
      }
    }
    const refs = [bom.metadata.component["bom-ref"], ...bom.components.map((one) => one["bom-ref"])];
    assert.equal(new Set(refs).size, refs.length, "each bom-ref once");
    for (const { ref, dependsOn } of bom.dependencies)
      for (const named of [ref, ...dependsOn]) assert.ok(refs.includes(named), named);
  });

  it("are SPDX 2.3", () => {
    const document = spdx(components, RELEASE) as Spdx;
    assert.equal(document.spdxVersion, "SPDX-2.3");
    assert.equal(document.dataLicense, "CC0-1.0");
    assert.match(String(document.documentNamespace), /^https:\/\/[^#]+$/);
    assert.deepEqual((document.creationInfo as { created: string }).created, "2026-01-02T00:00:00Z");
    const ids = ["SPDXRef-DOCUMENT", ...document.packages.map(({ SPDXID }) => String(SPDXID))];
    assert.equal(new Set(ids).size, ids.length, "each SPDXID once");
    for (const id of ids) assert.match(id, /^SPDXRef-[a-zA-Z0-9.-]+$/);
    for (const { name, downloadLocation, licenseDeclared } of document.packages)
      for (const field of [name, downloadLocation, licenseDeclared])
        assert.ok(typeof field === "string" && field !== "");
    for (const { spdxElementId, relatedSpdxElement } of document.relationships)
      for (const id of [spdxElementId, relatedSpdxElement]) assert.ok(ids.includes(id), id);
    assert.equal(document.relationships.length, document.packages.length);
  });
});
