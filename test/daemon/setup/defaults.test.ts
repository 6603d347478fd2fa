/** What a device does that nobody has configured: as makers and operators were told, value by value. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../../daemon/setup/config.ts";

test("the defaults are those that the manual promises", () => {
  assert.deepEqual(parseConfig("", "c2cd.toml", {}), {
    frameio: {
      base_url: "https://api.frame.io",
      client_version: "1.0.0",
      scope: "asset_create offline",
      url_pairing: true,
      body_encoding: "auto",
      client_secret_file: "",
      ca_file: "",
      verification_hosts: ["frame.io"],
    },
    identity: { source: "auto", fixed: "", prefix: "" },
    pairing: { start: "auto", window: 0 },
    display: {
      driver: "auto",
      device: "",
      width: 0,
      height: 0,
      rotate: 0,
      pixel_format: "auto",
      invert: false,
      brightness: 100,
      bus_address: 0x3c,
      bus_speed: 0,
      gpio_chip: "gpiochip0",
      gpio_dc: 25,
      gpio_reset: -1,
      language: "en",
      paired_for: 30,
    },
    buttons: { device: "", key: "KEY_ENTER", grab: false },
    http: { listen: "127.0.0.1:8620", allow_actions: false },
    presence: { mode: "auto", interval: 120 },
    log: { level: "info", format: "auto" },
  });
});
