import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Config, ConfigError, parseConfig, SCHEMA } from "../../../daemon/setup/config.ts";

const FILE = "/etc/c2cd/c2cd.toml";
const CASES = 3_000;

/** Every key with its section, its default and how it is written. */
const KEYS = Object.entries(SCHEMA).flatMap(([section, keys]) =>
  Object.entries(keys).map(([name, { default: value }]) => ({ section, name, value: value as unknown })),
);
const DEFAULTS = parseConfig("", FILE, {});
const WRITTEN = Object.entries(DEFAULTS)
  .map(([section, keys]) => {
    const lines = Object.entries(keys as object).map(
      ([name, value]) => `${name} = ${JSON.stringify(value)}\n`,
    );
    return `[${section}]\n${lines.join("")}`;
  })
  .join("");

/** The configuration, or what the maker is told; anything else is a bug. */
function outcome(source: string, environment: Readonly<Record<string, string>> = {}): Config | null {
  try {
    return parseConfig(source, FILE, environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${error}`);
    assert.ok(error.problems.length > 0);
    for (const { where, message } of error.problems) {
      assert.match(where, /^(\/etc\/c2cd\/c2cd\.toml(:[1-9]\d*)?|C2CD_.*)$/s, "names the place");
      assert.notEqual(message, "");
    }
    return null;
  }
}

/** Whatever is accepted has every key, of its own kind, and no other. */
function assertWhole(config: Config): void {
  assert.deepEqual(Object.keys(config), Object.keys(SCHEMA));
  for (const { section, name, value } of KEYS) {
    const values = config[section as keyof Config] as Readonly<Record<string, unknown>>;
    assert.equal(typeof values[name], typeof value, `${section}.${name}`);
    assert.equal(Array.isArray(values[name]), Array.isArray(value), `${section}.${name}`);
  }
  for (const [section, keys] of Object.entries(SCHEMA))
    assert.deepEqual(Object.keys(config[section as keyof Config]), Object.keys(keys));
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
}

const anyKey = fc.constantFrom(...KEYS);
const anyName = fc.oneof(
  anyKey.map(({ section, name }) => `${section}.${name}`),
  fc.constantFrom(
    "__proto__.polluted",
    "constructor.prototype",
    "display",
    "display.driver.deep",
    '"".""',
    "a.b",
  ),
);
const anyValue = fc.oneof(
  fc.string().map((text) => JSON.stringify(text)),
  fc.double().map(String),
  fc.integer().map(String),
  fc.constantFrom(
    "true",
    "nan",
    "-inf",
    "1979-05-27T07:32:00Z",
    "07:32:00",
    "[]",
    '["frame.io", 1]',
    "[[[]]]",
    "{}",
    "{ __proto__ = 1 }",
    "'''\n'''",
    "0x10",
    "1_000",
    '"127.0.0.1:99999"',
    '"[::1]:80"',
    '"http://127.0.0.1@evil"',
    '"https://user:pw@frame.io"',
    '"KEY_ENTRE"',
    '"\\u0000"',
  ),
);

describe("the configuration", () => {
  test("is the defaults where nothing is written, and where the defaults are", () => {
    assertWhole(DEFAULTS);
    assert.deepEqual(parseConfig(WRITTEN, FILE, {}), DEFAULTS);
  });

  test("is taken or refused with the place of each mistake, whatever is written", (t) => {
    let taken = 0;
    const line = fc.tuple(anyName, anyValue).map(([name, value]) => `${name} = ${value}`);
    const lines = fc.array(fc.oneof({ arbitrary: line, weight: 5 }, fc.string()), { maxLength: 6 });
    fc.assert(
      fc.property(
        lines.map((all) => all.join("\n")),
        (source) => {
          const config = outcome(source);
          if (config === null) return;
          taken += 1;
          assertWhole(config);
        },
      ),
      { numRuns: CASES },
    );
    t.diagnostic(`${CASES} fuzz cases of TOML, ${taken} of them taken`);
  });

  test("proposes a word that is nearly the one written, and none that is only as short", () => {
    for (const [written, proposed] of [
      ["enn", '; did you mean "en"?'],
      ["JP", '; did you mean "ja"?'],
      ["nl", ""],
      ["klingon", ""],
    ])
      assert.throws(
        () => parseConfig(`[display]\nlanguage = "${written}"\n`, FILE, {}),
        (error) => error instanceof ConfigError && error.problems[0]?.message.endsWith(`"zh"${proposed}`),
        written,
      );
  });

  test("survives a damaged file", (t) => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.nat(WRITTEN.length),
        fc.nat(20),
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 8 }),
          fc.constantFrom('"', "[", "]]", "=", "\0", "\ud800"),
        ),
        (at, cut, put) => {
          const config = outcome(WRITTEN.slice(0, at) + put + WRITTEN.slice(at + cut));
          if (config === null) return;
          taken += 1;
          assertWhole(config);
        },
      ),
      { numRuns: CASES },
    );
    t.diagnostic(`${CASES} fuzz cases of damage, ${taken} of them taken`);
  });

  test("is taken from any environment or refused with the variable's name", (t) => {
    let taken = 0;
    const variable = fc.oneof(
      anyKey.map(({ section, name }) => `C2CD_${section}_${name}`.toUpperCase()),
      fc.string().map((text) => `C2CD_${text}`),
      fc.constantFrom(
        "C2CD_",
        "C2CD___PROTO__",
        "C2CD___PROTO___POLLUTED",
        "C2CD_DISPLAY_",
        "PATH",
        "C2CD_SOCKET",
      ),
    );
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom("true", "0", "1e9", "-1", "png", "frame.io,example.com", ""),
    );
    fc.assert(
      fc.property(fc.dictionary(variable, value, { maxKeys: 4, noNullPrototype: true }), (environment) => {
        const config = outcome("", environment);
        if (config === null) return;
        taken += 1;
        assertWhole(config);
      }),
      { numRuns: CASES },
    );
    t.diagnostic(`${CASES} fuzz cases of environments, ${taken} of them taken`);
  });

  test("is read as editors of Windows leave it, and told apart from what is no text", () => {
    const config = outcome('\uFEFF[display]\r\ndriver = "none"\r\n\r\n[http]\r\nlisten = ""\r\n');
    assert.deepEqual([config?.display.driver, config?.http.listen], ["none", ""]);
    assert.throws(() => parseConfig("[\0d\0i\0s\0", FILE, {}), /c2cd\.toml: holds NUL.*UTF-16.*UTF-8/);
  });

  test("says what is given twice, and what to do", () => {
    const mistakes = (source: string) => {
      try {
        return assert.fail(JSON.stringify(parseConfig(source, FILE, {})));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return error.message;
      }
    };
    const twice = '[http]\nlisten = "0.0.0.0:8620"\n\n  [http] # mine\nallow_actions = true\n';
    assert.equal(
      mistakes(twice),
      `${FILE}:4: the section [http] is given a second time; put its keys beneath the first one`,
    );
    assert.equal(
      mistakes('[log]\nlevel = "info"\nlevel = "warn"\n'),
      `${FILE}:3: this key is given a second time; keep one of them`,
    );
  });

  test("is none of the variables that containers are given beside a service called c2cd", () => {
    const links = {
      C2CD_PORT: "tcp://10.0.0.5:8620",
      C2CD_PORT_8620_TCP: "tcp://10.0.0.5:8620",
      C2CD_PORT_8620_TCP_ADDR: "10.0.0.5",
      C2CD_PORT_8620_TCP_PORT: "8620",
      C2CD_PORT_8620_TCP_PROTO: "tcp",
      C2CD_SERVICE_HOST: "10.0.0.5",
      C2CD_SERVICE_PORT: "8620",
      C2CD_SERVICE_PORT_HTTP_PAGE: "8620",
      C2CD_HTTP_PORT: "udp://10.0.0.5:53",
      C2CD_HTTP_SERVICE_HOST: "10.0.0.5",
      C2CD_NAME: "/web/c2cd",
      C2CD_ENV_PATH: "/usr/bin",
    };
    assert.deepEqual(parseConfig("", FILE, links), DEFAULTS);
    for (const typo of ["C2CD_PORT", "C2CD_HTTP_PORT", "C2CD_HTTP_LISTENN"])
      assert.equal(outcome("", { [typo]: "8620" }), null, typo);
  });

  test("takes an empty variable for an unset one where nothing is no value, and for nothing where it is", () => {
    for (const { section, name, value } of KEYS) {
      const variable = `C2CD_${section}_${name}`.toUpperCase();
      const config = outcome(WRITTEN, { [variable]: "" });
      const read = config?.[section as keyof Config] as Readonly<Record<string, unknown>>;
      const means = ["listen", "fixed", "prefix", "device", "gpio_chip", "client_secret_file", "ca_file"];
      assert.deepEqual(read[name], means.includes(name) ? "" : value, variable);
    }
    assert.equal(outcome('[display]\ndriver = ""\n'), null);
  });

  test("never lets an address over http through that is not this machine's own", (t) => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.string(),
    );
    fc.assert(
      fc.property(
        host,
        fc.constantFrom("", ":80", "@127.0.0.1", "/127.0.0.1", "#127.0.0.1"),
        (name, rest) => {
          const config = outcome("", { C2CD_FRAMEIO_BASE_URL: `http://${name}${rest}` });
          if (config === null) return;
          const { hostname } = new URL(config.frameio.base_url);
          assert.match(
            hostname,
            /^(127\.[\d.]+|\[::1\]|localhost|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/,
            hostname,
          );
        },
      ),
      { numRuns: CASES },
    );
    t.diagnostic(`${CASES} fuzz cases of addresses`);
  });
});
