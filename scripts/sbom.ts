/**
 * What the programs are made of, as CycloneDX 1.6 (cyclonedx.org) and SPDX 2.3 (spdx.github.io): every npm package of
 * which the bundler took code, and those that lie beside the programs as they are.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** What package-lock.json knows of a package. */
interface Locked {
  readonly version: string;
  readonly license?: string;
  /** Subresource Integrity, of one hash. */
  readonly integrity?: string;
}

export interface Component {
  readonly name: string;
  readonly version: string;
  /** Package URL (github.com/package-url/purl-spec). */
  readonly purl: string;
  readonly license: string | null;
  /** SHA-512 of the package as npm has it, in hexadecimal digits. */
  readonly sha512: string | null;
}

export interface Release {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly builtAt: number;
}

/** Native modules, what loads them, and their own bindings: scripts/build-native puts them beside the programs. */
export const NATIVE = ["sqlite3", "koffi", "bindings", "file-uri-to-path"];

/**
 * The packages that these files belong to, with the native ones, by name.
 *
 * @param files as esbuild's metafile names them, from the repository's root
 * @throws {Error} where package-lock.json does not know one
 */
export function componentsOf(files: readonly string[], lockFile = "package-lock.json"): readonly Component[] {
  const { packages } = JSON.parse(readFileSync(lockFile, "utf8")) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const taken = files.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const places = new Set([...taken, ...NATIVE.map((name) => `node_modules/${name}`)]);
  const fromNpm = [...places].sort().map((place): Component => {
    const locked = packages[place];
    if (locked === undefined) throw new Error(`${lockFile} does not know ${place}`);
    const hash = /^sha512-(.+)$/.exec(locked.integrity ?? "")?.[1];
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    return {
      name,
      version: locked.version,
      // The @ of a scope is written %40.
      purl: `pkg:npm/${name.replace("@", "%40")}@${locked.version}`,
      license: locked.license ?? null,
      sha512: hash === undefined ? null : Buffer.from(hash, "base64").toString("hex"),
    };
  });
  return [...fromNpm, sqlite()];
}

/** What is compiled into the package sqlite3, and has versions and faults of its own. */
function sqlite(): Component {
  const build = readFileSync("node_modules/sqlite3/deps/common-sqlite.gypi", "utf8");
  const encoded = /sqlite_version%?':\s*'3(\d\d)(\d\d)\d\d'/.exec(build);
  if (encoded === null) throw new Error("sqlite3 does not tell which SQLite it is compiled with");
  const version = `3.${Number(encoded[1])}.${Number(encoded[2])}`;
  return {
    name: "sqlite",
    version,
    purl: `pkg:generic/sqlite@${version}`,
    license: "blessing",
    sha512: null,
  };
}

export function cycloneDx(components: readonly Component[], { version, builtAt }: Release): object {
  const main = `pkg:deb/c2cd@${version}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: timeOf(builtAt),
      component: { type: "application", "bom-ref": main, name: "c2cd", version, licenses: licences("MIT") },
    },
    components: components.map((component) => ({
      type: "library",
      "bom-ref": component.purl,
      name: component.name,
      version: component.version,
      purl: component.purl,
      ...(component.license !== null && { licenses: licences(component.license) }),
      ...(component.sha512 !== null && { hashes: [{ alg: "SHA-512", content: component.sha512 }] }),
    })),
    dependencies: [{ ref: main, dependsOn: components.map(({ purl }) => purl) }],
  };
}

/** One licence is told by its identifier, several by an expression. */
function licences(expression: string): readonly object[] {
  return /^[\w.+-]+$/.test(expression) ? [{ license: { id: expression } }] : [{ expression }];
}

export function spdx(components: readonly Component[], { version, builtAt }: Release): object {
  const packages = [
    { name: "c2cd", version, license: "MIT", sha512: null, id: "SPDXRef-c2cd", locator: null },
    ...components.map((component) => ({
      ...component,
      id: `SPDXRef-${`${component.name}-${component.version}`.replace(/[^\w.-]/g, "-")}`,
      locator: component.purl,
    })),
  ];
  const hash = createHash("sha256").update(JSON.stringify(packages)).digest("hex").slice(0, 16);
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `c2cd-${version}`,
    documentNamespace: `https://c2cd.example/spdx/c2cd-${version}-${hash}`,
    creationInfo: { created: timeOf(builtAt), creators: ["Organization: c2cd maintainers"] },
    packages: packages.map(({ id, name, version, license, sha512, locator }) => ({
      SPDXID: id,
      name,
      versionInfo: version,
      downloadLocation: "NOASSERTION",
      filesAnalyzed: false,
      licenseConcluded: "NOASSERTION",
      licenseDeclared: license ?? "NOASSERTION",
      copyrightText: "NOASSERTION",
      ...(sha512 !== null && { checksums: [{ algorithm: "SHA512", checksumValue: sha512 }] }),
      ...(locator !== null && {
        externalRefs: [
          { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: locator },
        ],
      }),
    })),
    relationships: [
      {
        spdxElementId: "SPDXRef-DOCUMENT",
        relationshipType: "DESCRIBES",
        relatedSpdxElement: "SPDXRef-c2cd",
      },
      ...packages.slice(1).map(({ id }) => ({
        spdxElementId: "SPDXRef-c2cd",
        relationshipType: "CONTAINS",
        relatedSpdxElement: id,
      })),
    ],
  };
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
