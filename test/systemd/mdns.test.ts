/** What announces the page, against what the page does. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseListen } from "../../daemon/core/address.ts";
import { SCHEMA } from "../../daemon/setup/config.ts";

const port = String(parseListen(SCHEMA.http.listen.default)?.port);

test("Avahi and systemd-resolved announce the port that the page has by default, as HTTP", () => {
  const avahi = readFileSync("systemd/mdns/c2cd.service", "utf8");
  assert.deepEqual(/<port>(\d+)<\/port>/.exec(avahi)?.[1], port);
  assert.match(avahi, /<type>_http\._tcp<\/type>/);
  const resolved = readFileSync("systemd/mdns/c2cd.dnssd", "utf8");
  assert.deepEqual(/^Port=(\d+)$/m.exec(resolved)?.[1], port);
  assert.match(resolved, /^Type=_http\._tcp$/m);
});
