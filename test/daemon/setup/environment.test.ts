import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../../daemon/setup/config.ts";
import { directories, governing } from "../../../daemon/setup/environment.ts";

const config = parseConfig("", "", {});

test("what is told of the environment is what the daemon goes by", () => {
  const environment = {
    C2CD_DISPLAY_DRIVER: "none",
    no_proxy: "*",
    PATH: "/usr/bin",
    C2CD_SOCKET: "/x",
    NODE_EXTRA_CA_CERTS: "/corp.pem",
  };
  assert.deepEqual(governing(environment, config), {
    C2CD_DISPLAY_DRIVER: "none",
    no_proxy: "*",
    NODE_EXTRA_CA_CERTS: "/corp.pem",
  });
});

test("nothing is told that is no key, and may be a secret in the wrong place", () => {
  const environment = {
    C2CD_FRAMEIO_CLIENT_SECRET: "canary",
    CREDENTIALS_DIRECTORY: "/run/credentials/c2cd",
  };
  assert.deepEqual(governing(environment, config), {});
});

for (const [given, told] of [
  ["http://proxy.example:3128", "http://proxy.example:3128"],
  ["proxy.example:3128", "proxy.example:3128"],
  ["http://user:canary@proxy.example:3128", "http://***@proxy.example:3128"],
  ["user:canary@proxy.example:3128", "***@proxy.example:3128"],
  ["https://:canary@proxy.example", "https://***@proxy.example"],
  ["http://user:can@ry@proxy.example:3128/", "http://***@proxy.example:3128/"],
  ["http://user:can\nary@proxy.example", "http://***@proxy.example"],
] as const)
  test(`of the proxy ${JSON.stringify(given)} no credentials are told`, () => {
    for (const name of ["https_proxy", "HTTPS_PROXY"])
      assert.deepEqual(governing({ [name]: given }, config), { [name]: told });
  });

test("directories are the service manager's, and those of the system where it has made none", () => {
  const own = { state: "/root/var/lib/c2cd", runtime: "/root/run/c2cd", credentials: null };
  assert.deepEqual(directories({}, "/root"), own);
  const empty = { STATE_DIRECTORY: "", RUNTIME_DIRECTORY: "", CREDENTIALS_DIRECTORY: "" };
  assert.deepEqual(directories(empty, "/root"), own);
  const given = {
    STATE_DIRECTORY: "/var/lib/private/c2cd:/var/lib/uploader",
    RUNTIME_DIRECTORY: "/run/a",
    CREDENTIALS_DIRECTORY: "/run/credentials/c2cd.service",
  };
  assert.deepEqual(directories(given, "/root"), {
    state: "/var/lib/private/c2cd",
    runtime: "/run/a",
    credentials: "/run/credentials/c2cd.service",
  });
});
