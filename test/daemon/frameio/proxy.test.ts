import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ProxyError, proxyFor } from "../../../daemon/frameio/proxy.ts";

const API = "https://api.frame.io";
const PROXY = "http://proxy.example:3128";

describe("the proxy that the environment asks for", () => {
  for (const [name, environment, expected] of [
    ["none", {}, null],
    ["HTTPS_PROXY", { HTTPS_PROXY: PROXY }, PROXY],
    ["https_proxy", { https_proxy: PROXY }, PROXY],
    ["the lower-case one first", { https_proxy: PROXY, HTTPS_PROXY: "http://other.example" }, PROXY],
    ["an empty one switches it off", { https_proxy: "", HTTPS_PROXY: PROXY }, null],
    ["without a scheme", { HTTPS_PROXY: "proxy.example:3128" }, PROXY],
    ["HTTP_PROXY is for http alone", { HTTP_PROXY: PROXY }, null],
    ["but not for *", { HTTPS_PROXY: PROXY, NO_PROXY: "*" }, null],
    ["but not for the host", { HTTPS_PROXY: PROXY, NO_PROXY: "localhost, API.frame.io" }, null],
    ["but not below a domain", { HTTPS_PROXY: PROXY, NO_PROXY: "frame.io" }, null],
    ["but not below .domain", { HTTPS_PROXY: PROXY, no_proxy: ".frame.io" }, null],
    ["but not below *.domain", { HTTPS_PROXY: PROXY, no_proxy: "x *.frame.io" }, null],
    ["but not for that port", { HTTPS_PROXY: PROXY, NO_PROXY: "api.frame.io:443" }, null],
    ["another port", { HTTPS_PROXY: PROXY, NO_PROXY: "api.frame.io:8443" }, PROXY],
    ["but not for a name with a final dot", { HTTPS_PROXY: PROXY, NO_PROXY: "api.frame.io." }, null],
    ["but not below a domain with one", { HTTPS_PROXY: PROXY, NO_PROXY: ".frame.io." }, null],
    ["a dot alone", { HTTPS_PROXY: PROXY, NO_PROXY: "., *." }, PROXY],
    ["a network", { HTTPS_PROXY: PROXY, NO_PROXY: "0.0.0.0/0,::/0" }, PROXY],
    ["a name that merely ends alike", { HTTPS_PROXY: PROXY, NO_PROXY: "ame.io,rame.io" }, PROXY],
    ["no exception", { HTTPS_PROXY: PROXY, NO_PROXY: "" }, PROXY],
  ] as const)
    test(name, () => assert.equal(proxyFor(API, environment), expected));

  for (const baseUrl of ["http://127.0.0.1:8080", "https://localhost:8443", "http://[::1]:8080"])
    test(`never for ${baseUrl}`, () => assert.equal(proxyFor(baseUrl, { HTTPS_PROXY: PROXY }), null));

  for (const [baseUrl, exceptions, covered] of [
    ["https://api.frame.io.", "api.frame.io", true],
    ["https://api.frame.io.", "frame.io.", true],
    ["https://[fd00::5]", "fd00::5", true],
    ["https://[fd00::5]", "[FD00::5]", true],
    ["https://[fd00::5]", "fd00:0:0::0005", true],
    ["https://[fd00::5]", "fd00::6", false],
    ["https://[fd00::5]:8443", "[fd00::5]:8443", true],
    ["https://[fd00::5]:8443", "[fd00::5]:443", false],
    ["https://[fd00::5]:8443", "fd00::5", true],
    ["https://[fd00::5]", "fd00::/8", true],
    ["https://[fd00::5]", "[fd00::]/8", true],
    ["https://[fd00::5]", "fe80::/10", false],
    ["https://10.1.2.3", "10.0.0.0/8", true],
    ["https://10.1.2.3", "10.1.2.3/32", true],
    ["https://10.1.2.3", "11.0.0.0/8", false],
    ["https://10.1.2.3", "10.0.0.0/33,10.0.0.0/-1,10.0.0.0/,10.0.0.0/x,/8,10/8", false],
    ["https://10.1.2.3", "10.1.2.3:443", true],
    ["https://10.1.2.3", "10.1.2.3:80", false],
    ["https://10.1.2.3", "2.3", false],
  ] as const)
    test(`${exceptions} ${covered ? "covers" : "does not cover"} ${baseUrl}`, () =>
      assert.equal(proxyFor(baseUrl, { HTTPS_PROXY: PROXY, NO_PROXY: exceptions }), covered ? null : PROXY));

  for (const address of ["socks5://proxy.example", "http://", "http://a b"])
    test(`"${address}" is refused`, () =>
      assert.throws(() => proxyFor(API, { HTTPS_PROXY: address }), ProxyError));

  test("whatever the environment holds, it is none, an http address, or a mistake that is told", (t) => {
    const runs = 3_000;
    const address = fc.oneof(
      fc.string(),
      fc.webUrl({ withQueryParameters: true }),
      fc.domain().map((domain) => `${domain}:3128`),
      fc.constantFrom(
        "http://user:pw@proxy:3128",
        "javascript://x",
        "://",
        "http://[::1",
        "file:///etc/passwd",
      ),
    );
    const exceptions = fc.oneof(
      fc.string(),
      fc
        .array(fc.oneof(fc.domain(), fc.constantFrom("*", ".", "*.", ":443", "frame.io:443", "..frame.io")))
        .map((list) => list.join(",")),
    );
    fc.assert(
      fc.property(address, exceptions, (HTTPS_PROXY, NO_PROXY) => {
        try {
          const proxy = proxyFor(API, { HTTPS_PROXY, NO_PROXY });
          assert.ok(proxy === null || /^https?:$/.test(new URL(proxy).protocol), `${proxy}`);
        } catch (error) {
          assert.ok(error instanceof ProxyError, `${error}`);
        }
        assert.equal(proxyFor(API, { HTTPS_PROXY, NO_PROXY: `${NO_PROXY},*` }), null);
      }),
      { numRuns: runs },
    );
    t.diagnostic(`${runs} fuzz cases`);
  });
});
