import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";

/** A certificate with its key, as PEM files and as their texts. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Names and IP addresses that it is good for; `127.0.0.1`, `::1` and `localhost` by default. */
  readonly hosts?: readonly string[];
  /** When its validity begins; a day ago by default. */
  readonly from?: Date;
  /** When its validity ends; in a year by default. */
  readonly to?: Date;
}

/** A certificate authority of a test: what it signs is accepted by whoever trusts its `certFile`. */
export interface Authority extends Certificate {
  /** A server's certificate; expired or not yet valid where the dates say so. */
  issue(options?: CertificateOptions): Certificate;
}

const DAY_MS = 86_400_000;
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** Makes an authority with openssl(1). Its own validity is wide enough for any clock that a test sets. */
export function createAuthority(dir: string): Authority {
  mkdirSync(dir, { recursive: true });
  const root = sign(dir, "authority", ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign,cRLSign"], {
    from: new Date("1960-01-01"),
    to: new Date("2200-01-01"),
  });
  let issued = 0;
  return {
    ...root,
    issue(options = {}) {
      issued += 1;
      return sign(dir, `server-${issued}`, serverExtensions(options), options, root);
    },
  };
}

/** A server's certificate that nobody has signed but itself. */
export function createSelfSigned(dir: string, options: CertificateOptions = {}): Certificate {
  mkdirSync(dir, { recursive: true });
  return sign(dir, "self-signed", serverExtensions(options), options);
}

function serverExtensions({ hosts = LOOPBACK }: CertificateOptions): string[] {
  const names = hosts.map((host) => (isIP(host) ? `IP:${host}` : `DNS:${host}`));
  return [
    "basicConstraints=critical,CA:FALSE",
    "extendedKeyUsage=serverAuth",
    `subjectAltName=${names.join(",")}`,
  ];
}

/** Makes a key and a certificate for it, signed by `issuer` or by itself. */
function sign(
  dir: string,
  name: string,
  extensions: readonly string[],
  { from = new Date(Date.now() - DAY_MS), to = new Date(Date.now() + 365 * DAY_MS) }: CertificateOptions,
  issuer?: Certificate,
): Certificate {
  const file = (ending: string) => join(dir, `${name}.${ending}`);
  const [certFile, keyFile, request, config] = [file("crt"), file("key"), file("csr"), file("cnf")];
  writeFileSync(file("db"), "");
  writeFileSync(
    config,
    `[ca]
default_ca = test
[test]
new_certs_dir = ${dir}
database = ${file("db")}
rand_serial = yes
default_md = sha256
policy = policy
x509_extensions = extensions
[policy]
commonName = supplied
[extensions]
${extensions.join("\n")}
`,
  );
  // `openssl ca` is the one command of OpenSSL 3.0 that takes both ends of the validity.
  const subject = ["-subj", `/CN=c2cd test ${name}`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  openssl("req", "-new", ...key, ...subject, "-out", request);
  const signer = issuer
    ? ["-cert", issuer.certFile, "-keyfile", issuer.keyFile]
    : ["-selfsign", "-keyfile", keyFile];
  const dates = ["-startdate", asn1Time(from), "-enddate", asn1Time(to)];
  openssl(
    "ca",
    "-batch",
    "-notext",
    "-config",
    config,
    ...signer,
    ...dates,
    "-in",
    request,
    "-out",
    certFile,
  );
  return {
    certFile,
    keyFile,
    cert: readFileSync(certFile, "utf8"),
    key: readFileSync(keyFile, "utf8"),
  };
}

/** YYYYMMDDHHMMSSZ, as openssl-ca(1) takes it. */
function asn1Time(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/\D/g, "")}Z`;
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
