import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, serialize } from "../../../daemon/vault/record.ts";
import { authorization, CLIENT, plain } from "./support.ts";

test("a record of a version that kept neither the device's ids nor the encoding of forms is read", () => {
  const { bodyEncoding, device, ...rest } = JSON.parse(serialize(authorization(1)));
  const { ids, ...older } = device;
  assert.ok(ids.length > 0 && bodyEncoding === "multipart");
  const stored = parse(CLIENT, JSON.stringify({ ...rest, device: older }));
  assert.deepEqual(stored.device, { ...authorization(1).device, ids: [] });
  assert.equal(stored.bodyEncoding, null);
  assert.deepEqual(plain(parse(CLIENT, serialize(authorization(1)))), plain(authorization(1)));
});
