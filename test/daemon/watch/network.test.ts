import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type NetworkInterfaceInfo, type networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Clock } from "../../../daemon/core/clock.ts";
import { defaultRoutes, type Network, systemNetwork, watchNetwork } from "../../../daemon/watch/network.ts";

type Interfaces = ReturnType<typeof networkInterfaces>;

/** One timer at a time, run by hand. */
function handClock(): Clock & { tick(): void; readonly asked: number[]; readonly pending: boolean } {
  let due: (() => void) | null = null;
  const asked: number[] = [];
  return {
    elapsed: () => 0,
    wall: () => 0,
    wallTrusted: () => true,
    after(ms, run) {
      asked.push(ms);
      due = run;
      return () => {
        due = null;
      };
    },
    tick() {
      const run = due;
      due = null;
      run?.();
    },
    asked,
    get pending() {
      return due !== null;
    },
  };
}

const at = (address: string, internal = false) => ({ address, internal }) as NetworkInterfaceInfo;
const LO = { lo: [at("127.0.0.1", true), at("::1", true)] };

function watching(first: Interfaces) {
  const clock = handClock();
  const changes: (Network & { gone?: readonly string[] })[] = [];
  let interfaces: Interfaces | Error = first;
  let ways = "";
  const read = () => {
    if (interfaces instanceof Error) throw interfaces;
    return interfaces;
  };
  const watch = watchNetwork(
    clock,
    { interfaces: read, ways: () => ways },
    () => 1000,
    (network, gone) => changes.push(gone.length > 0 ? { ...network, gone } : network),
  );
  return {
    clock,
    watch,
    changes,
    become(next: Interfaces | Error) {
      interfaces = next;
      clock.tick();
    },
    lead(next: string) {
      ways = next;
      clock.tick();
    },
  };
}

test("loopback and link-local addresses are no network", () => {
  const { watch } = watching({
    ...LO,
    eth0: [at("169.254.7.1"), at("fe80::1"), at("FEBF::1")],
  });
  assert.deepEqual(watch.current(), { up: false, addresses: [] });
});

test("every change is reported once, what stays the same is not", () => {
  const { watch, changes, become, clock } = watching(LO);
  assert.deepEqual(watch.current(), { up: false, addresses: [] });
  become({ ...LO, wlan0: [at("192.168.1.7"), at("fe80::2")] });
  become({ ...LO, wlan0: [at("192.168.1.7"), at("fe80::2")] });
  become({ ...LO, wlan0: [at("fe80::2"), at("192.168.1.7")], usb0: [at("2001:db8::5")] });
  become({ ...LO, usb0: [at("2001:db8::5")] });
  become(LO);
  assert.deepEqual(changes, [
    { up: true, addresses: ["192.168.1.7"] },
    { up: true, addresses: ["192.168.1.7", "2001:db8::5"] },
    { up: true, addresses: ["2001:db8::5"], gone: ["192.168.1.7"] },
    { up: false, addresses: [], gone: ["2001:db8::5"] },
  ]);
  assert.deepEqual(watch.current(), { up: false, addresses: [] });
  assert.deepEqual(new Set(clock.asked), new Set([1000]));
});

test("the same address on another interface is a change", () => {
  const { changes, become } = watching({ eth0: [at("10.0.0.2")] });
  become({ wlan0: [at("10.0.0.2")] });
  assert.deepEqual(changes, [{ up: true, addresses: ["10.0.0.2"] }]);
});

test("a gateway or a name server that comes after the address is a change", () => {
  const { changes, become, lead } = watching(LO);
  become({ eth0: [at("10.0.0.2")] });
  lead("eth0 0100000A");
  lead("eth0 0100000A\nnameserver 10.0.0.1");
  lead("eth0 0100000A\nnameserver 10.0.0.1");
  assert.deepEqual(changes, Array(3).fill({ up: true, addresses: ["10.0.0.2"] }));
});

test("gateways are read from the kernel's tables, name servers from resolv.conf", (t) => {
  const root = mkdtempSync(join(tmpdir(), "c2cd-network-"));
  t.after(() => rmSync(root, { recursive: true }));
  assert.equal(defaultRoutes(root), null);
  mkdirSync(join(root, "proc/net"), { recursive: true });
  mkdirSync(join(root, "etc"));
  const { ways } = systemNetwork(root);
  const none = ways();
  writeFileSync(
    join(root, "proc/net/route"),
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n",
  );
  assert.deepEqual(defaultRoutes(root), []);
  writeFileSync(join(root, "proc/net/route"), "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\n");
  const zero = "0".repeat(32);
  const gateway = "fe800000000000000000000000000001";
  const v6 = (use: string) =>
    `${zero} 00 ${zero} 00 ${gateway} 00000400 00000003 ${use} 00000003     wlan0\n${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo\n`;
  writeFileSync(join(root, "proc/net/ipv6_route"), v6("00000000"));
  assert.deepEqual(defaultRoutes(root), ["eth0 0100000A", `wlan0 ${gateway}`]);
  const routed = ways();
  assert.notEqual(routed, none);
  writeFileSync(join(root, "proc/net/ipv6_route"), v6("00000007"));
  assert.equal(ways(), routed, "how often a route was used does not count");
  writeFileSync(join(root, "etc/resolv.conf"), "nameserver 10.0.0.1\n");
  assert.notEqual(ways(), routed);
});

test("where the interfaces can't be read the last answer stands", () => {
  const { watch, changes, become } = watching({ eth0: [at("10.0.0.2")] });
  become(new Error("uv_interface_addresses"));
  assert.deepEqual(changes, []);
  assert.deepEqual(watch.current(), { up: true, addresses: ["10.0.0.2"] });
  become({ eth0: [at("10.0.0.3")] });
  assert.deepEqual(changes, [{ up: true, addresses: ["10.0.0.3"], gone: ["10.0.0.2"] }]);
});

test("where they could never be read the network is taken to be up", () => {
  const failing = () => {
    throw new Error("uv_interface_addresses");
  };
  const clock = handClock();
  const watch = watchNetwork(
    clock,
    { interfaces: failing, ways: () => "" },
    () => 1000,
    () => assert.fail("nothing changed"),
  );
  clock.tick();
  assert.deepEqual(watch.current(), { up: true, addresses: [] });
});

test("stop ends the watch, also from within a report", () => {
  const clock = handClock();
  let interfaces: Interfaces = LO;
  const watch = watchNetwork(
    clock,
    { interfaces: () => interfaces, ways: () => "" },
    () => 1000,
    () => watch.stop(),
  );
  interfaces = { eth0: [at("10.0.0.2")] };
  clock.tick();
  assert.equal(clock.pending, false);
});

test("the real interfaces of this machine are read", () => {
  const clock = handClock();
  const { up, addresses } = watchNetwork(
    clock,
    systemNetwork(""),
    () => 1000,
    () => {},
  ).current();
  assert.equal(up, addresses.length > 0);
});

test("a look that is no longer far off is not waited for as if it were", () => {
  const clock = handClock();
  let pace = 5_000;
  let changes = 0;
  let ways = "";
  const source = { interfaces: () => ({}), ways: () => ways };
  const watch = watchNetwork(
    clock,
    source,
    () => pace,
    () => changes++,
  );
  watch.hurry();
  assert.deepEqual(clock.asked, [5_000], "all is well");
  pace = 500;
  watch.hurry();
  watch.hurry();
  assert.deepEqual(clock.asked, [5_000, 500]);
  ways = "eth0 0100000A";
  clock.tick();
  assert.equal(changes, 1);
  pace = 5_000;
  watch.hurry();
  assert.deepEqual(clock.asked, [5_000, 500, 500], "a look that comes sooner stays");
  watch.stop();
  assert.equal(clock.pending, false);
});
