import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface Authority {
  /** The root certificate, PEM. */
  readonly root: string;
  /**
   * A server certificate for that DNS name, signed by the root.
   *
   * @param from YYYYMMDD
   * @param until YYYYMMDD
   */
  issue(name: string, from?: string, until?: string): KeyPair;
  /** One for that name, signed by itself. */
  selfSigned(name: string): KeyPair;
}

const CONFIG = `
[ca]
default_ca = default
[default]
database = index
rand_serial = yes
new_certs_dir = .
policy = any
default_md = sha256
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
`;

/** A certificate authority of the test's own, by openssl(1), gone when the file's tests are done. */
export function makeAuthority(): Authority {
  const home = mkdtempSync(join(tmpdir(), "c2cd-ca-"));
  after(() => rmSync(home, { recursive: true }));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: home, stdio: "pipe" });
  const read = (file: string) => readFileSync(join(home, file), "utf8");
  writeFileSync(join(home, "config"), CONFIG);
  writeFileSync(join(home, "index"), "");
  let count = 0;

  function request(name: string, file: string, more: string[]): void {
    openssl(
      ...["req", "-config", "config", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-subj", `/CN=${name}`, "-keyout", `${file}.key`, "-out", `${file}.pem`, ...more],
    );
  }

  request("Test Root", "root", ["-x509", "-days", "30", "-addext", "basicConstraints=critical,CA:TRUE"]);

  return {
    root: read("root.pem"),
    issue(name, from = "20200101", until = "20491231") {
      const file = `leaf${count++}`;
      mkdirSync(join(home, file));
      request(name, `${file}/request`, ["-addext", `subjectAltName=DNS:${name}`]);
      openssl(
        ...["ca", "-config", "config", "-batch", "-notext", "-cert", "root.pem", "-keyfile", "root.key"],
        ...["-startdate", `${from}000000Z`, "-enddate", `${until}000000Z`],
        ...["-in", `${file}/request.pem`, "-out", `${file}/leaf.pem`],
      );
      return { key: read(`${file}/request.key`), cert: read(`${file}/leaf.pem`) };
    },
    selfSigned(name) {
      const file = `self${count++}`;
      request(name, file, ["-x509", "-days", "30", "-addext", `subjectAltName=DNS:${name}`]);
      return { key: read(`${file}.key`), cert: read(`${file}.pem`) };
    },
  };
}
