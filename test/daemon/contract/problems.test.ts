/** Every row of the table of problems: what makes it hold, and what is just not enough. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose, type Facts, PROBLEM_CODES, type ProblemCode } from "../../../daemon/contract/problems.ts";
import { FAULT_KINDS, type FaultKind } from "../../../daemon/contract/verdicts.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 4, 1);

const well: Facts = {
  refusal: null,
  trouble: null,
  networkUp: true,
  ended: null,
  grant: {
    refreshFailures: 0,
    issuedAt: NOW,
    device: {
      ids: [],
      name: "R1",
      project: { id: "1", name: "Film" },
      authorizationExpiresAt: null,
      paused: false,
      canCreateAssets: true,
    },
  },
  now: NOW,
  vault: { notices: [], failing: null, unsaved: false },
  display: { missing: null, qrTooSmall: false, undrawable: null },
  identityChanged: null,
  secretUnusable: null,
  pageFailing: null,
  presence: null,
};
const unpaired: Facts = { ...well, grant: null };
const trouble = (kind: FaultKind, count = 2, wait = 0): Facts => ({
  ...well,
  trouble: { kind, count, wait },
});
const grant = (change: Partial<NonNullable<Facts["grant"]>>): Facts => ({
  ...well,
  grant: well.grant && { ...well.grant, ...change },
});
const device = (change: object): Facts =>
  grant({ device: well.grant?.device ? { ...well.grant.device, ...change } : null });
const undrawable = (name: string): Facts => ({
  ...well,
  display: { missing: null, qrTooSmall: false, undrawable: name },
});
const aside = [{ type: "moved-aside", path: "/old", reason: "" }] as const;
const full = { notices: [], failing: { since: NOW, reason: "Full." }, unsaved: false } as const;
const gone = [{ type: "restored", reason: "It was gone." }] as const;
const sealed = [{ type: "unreadable", reason: "Another key." }] as const;

interface Example {
  readonly severity: "error" | "warning" | "info";
  /** What brings the problem about, with the detail that is told of it. */
  readonly holds: readonly (readonly [Facts, string | null])[];
  /** What is close and not enough. */
  readonly not: readonly Facts[];
}

const UNEXPECTED =
  "What answers does not speak as Frame.io does: a proxy may change it, or frameio.base_url is wrong.";

const EXAMPLES: Readonly<Record<ProblemCode, Example>> = {
  "secret-missing": {
    severity: "error",
    holds: [
      [
        { ...unpaired, refusal: "secret_missing" },
        "The client_secret is missing: run c2cd-provision, or set frameio.client_secret_file.",
      ],
    ],
    not: [
      { ...unpaired, refusal: "invalid_client" },
      { ...unpaired, refusal: "secret_missing", secretUnusable: "It is empty." },
    ],
  },
  "secret-unusable": {
    severity: "error",
    holds: [
      [{ ...unpaired, refusal: "secret_missing", secretUnusable: "It is empty." }, "It is empty."],
      [{ ...well, secretUnusable: "It is empty." }, "It is empty."],
    ],
    not: [{ ...unpaired, refusal: "secret_missing" }],
  },
  "secret-refused": {
    severity: "error",
    holds: [
      [{ ...unpaired, refusal: "invalid_client" }, "The client_secret does not belong to this device model."],
    ],
    not: [{ ...unpaired, refusal: "secret_missing" }],
  },
  "request-refused": {
    severity: "error",
    holds: [
      [
        { ...unpaired, refusal: "invalid_scope" },
        "Frame.io answers invalid_scope: look at frameio.scope, frameio.client_version and frameio.body_encoding.",
      ],
    ],
    not: [
      { ...unpaired, refusal: "invalid_client" },
      { ...unpaired, refusal: "secret_missing" },
    ],
  },
  "no-network": {
    severity: "warning",
    holds: [[{ ...trouble("dns"), networkUp: false }, null]],
    not: [{ ...well, networkUp: false }, { ...trouble("dns", 1), networkUp: false }, trouble("dns")],
  },
  "no-dns": {
    severity: "warning",
    holds: [[trouble("dns"), "The name server of this network does not know Frame.io's address."]],
    not: [trouble("dns", 1), trouble("timeout"), { ...trouble("dns"), networkUp: false }],
  },
  "captive-portal": {
    severity: "warning",
    holds: [[trouble("captive-portal"), "A page of this network answers in Frame.io's place."]],
    not: [trouble("captive-portal", 1), { ...trouble("captive-portal"), networkUp: false }],
  },
  "proxy-refused": {
    severity: "warning",
    holds: [
      [trouble("proxy"), "User name and password belong into HTTPS_PROXY, for c2cd: systemctl edit c2cd."],
    ],
    not: [trouble("proxy", 1), trouble("connect"), { ...trouble("proxy"), networkUp: false }],
  },
  "server-unreachable": {
    severity: "warning",
    holds: [
      [trouble("connect"), "No connection comes about; the network may not let HTTPS through."],
      [trouble("timeout"), "Frame.io does not answer in time."],
    ],
    not: [trouble("timeout", 1), trouble("dns"), { ...trouble("connect"), networkUp: false }],
  },
  "server-trouble": {
    severity: "warning",
    holds: [
      [trouble("rate-limited"), "Frame.io asks to slow down."],
      [trouble("rate-limited", 1, 10_000), "Frame.io asks to slow down."],
      [trouble("server"), "Frame.io answers with an error of its own."],
    ],
    not: [
      trouble("server", 1, 9_999),
      { ...trouble("server"), networkUp: false },
      trouble("status"),
      trouble("malformed"),
    ],
  },
  "unexpected-answer": {
    severity: "warning",
    holds: [
      [trouble("status"), UNEXPECTED],
      [trouble("oversized"), UNEXPECTED],
      [trouble("malformed"), UNEXPECTED],
    ],
    not: [trouble("status", 1), trouble("server"), { ...trouble("malformed"), networkUp: false }],
  },
  "tls-refused": {
    severity: "warning",
    holds: [[trouble("tls"), "What answers does not prove to be Frame.io."]],
    not: [trouble("tls", 1), trouble("clock")],
  },
  "clock-wrong": {
    severity: "warning",
    holds: [
      [trouble("clock"), "Frame.io's certificate is not valid at the time that this device believes in."],
      [
        { ...trouble("clock"), networkUp: false },
        "Frame.io's certificate is not valid at the time that this device believes in.",
      ],
    ],
    not: [trouble("clock", 1), trouble("tls")],
  },
  "authorization-ended": {
    severity: "warning",
    holds: [
      [{ ...unpaired, ended: { reason: "refused", wallAt: NOW } }, "It ended on 2026-05-01."],
      [{ ...unpaired, ended: { reason: "refused", wallAt: null } }, null],
    ],
    not: [{ ...unpaired, ended: { reason: "ran-out", wallAt: NOW } }],
  },
  "authorization-ran-out": {
    severity: "warning",
    holds: [[{ ...unpaired, ended: { reason: "ran-out", wallAt: NOW } }, "It ended on 2026-05-01."]],
    not: [{ ...unpaired, ended: { reason: "refused", wallAt: NOW } }],
  },
  "refresh-failing": {
    severity: "warning",
    holds: [
      [grant({ refreshFailures: 2 }), "Without Frame.io's answer it stays paired until 2026-05-15."],
      [grant({ refreshFailures: 2, issuedAt: null }), null],
    ],
    not: [grant({ refreshFailures: 1 })],
  },
  paused: { severity: "warning", holds: [[device({ paused: true }), null]], not: [grant({ device: null })] },
  "may-not-upload": {
    severity: "error",
    holds: [[device({ canCreateAssets: false }), null]],
    not: [device({ canCreateAssets: null })],
  },
  "expiring-soon": {
    severity: "warning",
    holds: [
      [device({ authorizationExpiresAt: NOW + 3 * DAY - 1 }), "It ends on 2026-05-03."],
      [device({ authorizationExpiresAt: NOW - DAY }), "It ends on 2026-04-30."],
    ],
    not: [
      device({ authorizationExpiresAt: NOW + 3 * DAY }),
      { ...device({ authorizationExpiresAt: NOW + DAY }), now: null },
    ],
  },
  "pairing-unsaved": {
    severity: "error",
    holds: [[{ ...well, vault: { ...full, unsaved: true } }, "Full."]],
    not: [
      { ...well, vault: full },
      { ...well, vault: { ...full, unsaved: true, failing: null } },
      { ...unpaired, vault: { ...full, unsaved: true } },
    ],
  },
  "storage-failing": {
    severity: "error",
    holds: [[{ ...well, vault: full }, "Full."]],
    not: [{ ...well, vault: { ...full, unsaved: true } }],
  },
  "storage-replaced": {
    severity: "warning",
    holds: [
      [
        { ...unpaired, vault: { notices: aside, failing: null, unsaved: false } },
        "The damaged file is kept as /old.",
      ],
    ],
    not: [{ ...well, vault: { notices: aside, failing: null, unsaved: false } }],
  },
  "storage-recovered": {
    severity: "info",
    holds: [
      [
        { ...well, vault: { notices: aside, failing: null, unsaved: false } },
        "The damaged file is kept as /old.",
      ],
      [{ ...well, vault: { notices: gone, failing: null, unsaved: false } }, "It was gone."],
    ],
    not: [aside, gone].map((notices) => ({
      ...unpaired,
      vault: { notices, failing: null, unsaved: false },
    })),
  },
  "storage-unreadable": {
    severity: "warning",
    holds: [[{ ...unpaired, vault: { notices: sealed, failing: null, unsaved: false } }, "Another key."]],
    not: [{ ...well, vault: { notices: sealed, failing: null, unsaved: false } }],
  },
  "identity-changed": {
    severity: "warning",
    holds: [[{ ...unpaired, identityChanged: "A-1" }, "It was paired as A-1."]],
    not: [{ ...well, identityChanged: "A-1" }],
  },
  "display-missing": {
    severity: "warning",
    holds: [
      [{ ...well, display: { missing: "It is gone.", qrTooSmall: false, undrawable: null } }, "It is gone."],
    ],
    not: [],
  },
  "name-not-drawable": {
    severity: "info",
    holds: [
      [undrawable("東京ドラマ"), "It needs a font: apt install fonts-noto-cjk"],
      [undrawable("드라마 1"), "It needs a font: apt install fonts-noto-cjk"],
      [undrawable("פרויקט"), "It needs a font: apt install fonts-noto-core"],
    ],
    not: [],
  },
  "qr-too-small": {
    severity: "info",
    holds: [[{ ...well, display: { missing: null, qrTooSmall: true, undrawable: null } }, null]],
    not: [],
  },
  "page-failing": {
    severity: "warning",
    holds: [[{ ...well, pageFailing: "The port is taken." }, "The port is taken."]],
    not: [],
  },
  "presence-failing": {
    severity: "warning",
    holds: [[{ ...well, presence: { detail: "HTTP 403", lasts: 300_000 } }, "HTTP 403"]],
    not: [
      { ...well, presence: { detail: "HTTP 403", lasts: 299_999 } },
      { ...trouble("connect"), presence: { detail: "no connection", lasts: 300_000 } },
    ],
  },
};

for (const code of PROBLEM_CODES) {
  const { severity, holds, not } = EXAMPLES[code];
  test(`${code} holds, alone, where it should and is told with what one should know`, () => {
    for (const [facts, detail] of holds) assert.deepEqual(diagnose(facts), [{ code, severity, detail }]);
  });
  test(`${code} does not hold where it nearly does`, () => {
    for (const facts of [well, unpaired, ...not])
      assert.ok(
        diagnose(facts).every((finding) => finding.code !== code),
        JSON.stringify(facts),
      );
  });
}

test("every fault on the way is told by one problem, and by one without a network", () => {
  for (const kind of FAULT_KINDS) {
    assert.equal(diagnose(trouble(kind)).length, 1, kind);
    assert.deepEqual(
      diagnose({ ...trouble(kind), networkUp: false }).map(({ code }) => code),
      [kind === "clock" ? "clock-wrong" : "no-network"],
    );
  }
});

test("the worst comes first, and what is alike in the order of the table", () => {
  const facts: Facts = {
    ...device({ paused: true, canCreateAssets: false }),
    trouble: { kind: "server", count: 9, wait: 0 },
    display: { missing: null, qrTooSmall: true, undrawable: null },
  };
  assert.deepEqual(
    diagnose(facts).map(({ code }) => code),
    ["may-not-upload", "server-trouble", "paused", "qr-too-small"],
  );
});
