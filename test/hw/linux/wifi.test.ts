/** Netlink, as the kernel of this machine speaks it. */
import assert from "node:assert/strict";
import { closeSync } from "node:fs";
import { test } from "node:test";
import { socket } from "../../../hw/linux/kernel.ts";
import { familyOf, ssidOf } from "../../../hw/linux/wifi.ts";

test("the kernel tells the number of a family, and that it knows none of a name", () => {
  // AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_GENERIC
  const fd = socket(16, 3 | 0o4000, 16);
  try {
    assert.equal(familyOf(fd, "nlctrl"), 16);
    assert.equal(familyOf(fd, "no such family"), null);
  } finally {
    closeSync(fd);
  }
});

test("an interface that is no radio is in no Wi-Fi", () => {
  assert.equal(ssidOf(1), null);
});

test("a socket of a kind that there is none of throws the system's error", () => {
  assert.throws(() => socket(-1, 0, 0), { code: "EAFNOSUPPORT", syscall: "socket" });
});
