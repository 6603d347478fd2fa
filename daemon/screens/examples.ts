/** Every screen by name, as an example: what the gallery draws, the tests hold to, and `c2cctl demo` shows. */
import { lightOf } from "../contract/light.ts";
import { PROBLEM_CODES, PROBLEM_ROWS, type Problem, type ProblemCode } from "../contract/problems.ts";
import { BUTTON_PHASES, type PairingView, type Snapshot } from "../contract/snapshot.ts";
import { STATES, type StateName } from "../contract/states.ts";

/** An address for examples (RFC 5737), and a page that others can open. */
const ON_NETWORK: Pick<Snapshot, "network" | "page"> = {
  network: [{ interface: "wlan0", address: "192.0.2.17", wifi: "Location 4" }],
  page: ["http://192.0.2.17:8620", "http://camera.local:8620"],
};

const NO_NETWORK: typeof ON_NETWORK = { network: [], page: [] };

/**
 * Every state, the ways in which a code can be offered, and every problem that has a screen to itself.
 *
 * @param device the device that they are about, whatever it does now
 * @param offer the code that is on offer in them
 */
export function examplesOf(device: Snapshot, offer: PairingView): ReadonlyMap<string, Snapshot> {
  const example = (state: StateName, more: Partial<Snapshot> = {}): Snapshot => ({
    ...device,
    state,
    light: lightOf(state, more.health ?? [], 0),
    pairing: state === "awaiting-user" ? offer : null,
    project: state === "paired" ? { id: "1", name: "Nordlicht Episode 3" } : null,
    authorization: null,
    health: [],
    button: null,
    ...more,
  });
  const wrong = (code: ProblemCode): readonly Problem[] => [
    { code, severity: PROBLEM_ROWS[code].severity, text: "", action: "", detail: null, since: device.since },
  ];
  return new Map([
    ...STATES.map((state): [string, Snapshot] => [
      state,
      example(state, state === "waiting-for-network" ? NO_NETWORK : {}),
    ]),
    ["idle-with-button", example("idle", { has_button: true })],
    ["idle-with-page", example("idle", ON_NETWORK)],
    ["unconfigured-with-page", example("unconfigured", ON_NETWORK)],
    [
      "server-unreachable-with-page",
      example("requesting-code", { ...ON_NETWORK, health: wrong("server-unreachable") }),
    ],
    ["code-half-time", example("awaiting-user", { pairing: { ...offer, expires_in: 60 } })],
    ["code-with-problem", example("awaiting-user", { health: wrong("authorization-ended") })],
    ["code-while-paired", example("awaiting-user", { project: { id: "1", name: "Nordlicht Episode 3" } })],
    [
      "code-without-link",
      example("awaiting-user", { pairing: { ...offer, verification_uri_complete: null } }),
    ],
    [
      "code-without-address",
      example("awaiting-user", {
        pairing: { ...offer, verification_uri: null, verification_uri_complete: null },
      }),
    ],
    ["paired-with-problem", example("paired", { health: wrong("paused") })],
    [
      "paired-with-long-name",
      example("paired", {
        project: { id: "1", name: "Nordlicht – Staffel 2, Folge 3 „Die Rückkehr der Königin“" },
        health: wrong("paused"),
      }),
    ],
    ["paired-without-project", example("paired", { project: null })],
    ...BUTTON_PHASES.map((phase): [string, Snapshot] => [
      `button-${phase}`,
      example("paired", { button: { phase, seconds_left: phase === "counting" ? 4 : null } }),
    ]),
    ...PROBLEM_CODES.map((code): [string, Snapshot] => [
      code,
      example("requesting-code", { ...(code === "no-network" ? NO_NETWORK : {}), health: wrong(code) }),
    ]),
  ]);
}
