import assert from "node:assert/strict";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { test } from "node:test";
import type { Clock } from "../../daemon/clock.ts";
import { type Network, watchNetwork } from "../../daemon/network.ts";

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
  const watch = watchNetwork(
    clock,
    () => {
      if (interfaces instanceof Error) throw interfaces;
      return interfaces;
    },
    1000,
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
  const watch = watchNetwork(clock, failing, 1000, () => assert.fail("nothing changed"));
  clock.tick();
  assert.deepEqual(watch.current(), { up: true, addresses: [] });
});

test("stop ends the watch, also from within a report", () => {
  const clock = handClock();
  let interfaces: Interfaces = LO;
  const watch = watchNetwork(
    clock,
    () => interfaces,
    1000,
    () => watch.stop(),
  );
  interfaces = { eth0: [at("10.0.0.2")] };
  clock.tick();
  assert.equal(clock.pending, false);
});

test("the real interfaces of this machine are read", () => {
  const clock = handClock();
  const { up, addresses } = watchNetwork(clock, networkInterfaces, 1000, () => {}).current();
  assert.equal(up, addresses.length > 0);
});
