import type { Command, Option, Program } from "./program.ts";

function toggle(name: string, doc: string): Option {
  return { name, doc };
}

function file(name: string, doc: string): Option {
  return { name, value: { name: "FILE", completion: "file" }, doc };
}

const JSON_OUTPUT = toggle("json", "Print JSON for programs.");

/** Every option that some command asks for. */
export const C2CCTL_OPTIONS = {
  socket: {
    name: "socket",
    value: { name: "PATH", completion: "file" },
    doc: "Talk to the daemon on this socket instead of `/run/c2cd/control.sock`.",
  },
  root: {
    name: "root",
    value: { name: "DIR", completion: "directory" },
    doc: "Put DIR before every system path, as c2cd(8) does with the same option.",
  },
  json: JSON_OUTPUT,
  watch: toggle(
    "watch",
    "Stay and show every change, on a terminal as one picture that is kept true. With `--json`: one snapshot a line.",
  ),
  noWait: toggle("no-wait", "Return as soon as the daemon has begun."),
  yes: toggle("yes", "Do not ask."),
  png: file("png", "Write a PNG picture; `-` is standard output."),
  svg: file("svg", "Write an SVG picture; `-` is standard output."),
  config: file("config", "The daemon's configuration, where it is not `/etc/c2cd/c2cd.toml`."),
} as const satisfies Record<string, Option>;

const { json, watch, noWait, yes, png, svg, config } = C2CCTL_OPTIONS;

export const COMMANDS = {
  status: {
    name: "status",
    summary: "Show the state, the code on offer, the project, and what is wrong.",
    doc: [
      "Where the status page asks other devices for a PIN, it is shown as well; it is new at each start of the daemon.",
      "The JSON is the answer of `GET /v1/status`; `GET /v1/openapi.json` on the control socket describes it.",
    ],
    options: [json, watch],
  },
  pair: {
    name: "pair",
    summary: "Start pairing, or take a new code now, and wait until paired.",
    doc: [
      "Shows the QR code and the digits with the time that they are good for, and a new code when one runs out. An authorization that is held stays until the new one is there.",
      "On a terminal the code is taken away the moment that it ends; elsewhere each change is a line. Ctrl-C ends the waiting alone: the code stays on offer until `c2cctl cancel`.",
    ],
    options: [noWait],
  },
  cancel: {
    name: "cancel",
    summary: "Stop showing a code. An authorization that is held is untouched.",
    doc: [],
    options: [],
  },
  unpair: {
    name: "unpair",
    summary: "Revoke the authorization at Frame.io and forget it.",
    doc: ["Forgets it here even while Frame.io can't be reached, and says so."],
    options: [yes],
  },
  token: {
    name: "token",
    summary: "Print a valid access token, refreshed first if it needs to be.",
    doc: [
      "Nothing but the token is printed on standard output. It lives for hours: ask again rather than keep it.",
    ],
    options: [json],
  },
  qr: {
    name: "qr",
    summary: "Show the current code's QR, or write it to a file.",
    doc: [],
    options: [png, svg],
  },
  demo: {
    name: "demo",
    summary: "Show a screen on the device's display for ten seconds, or list the screens.",
    doc: [
      "For manuals, and for crews who want to see what is to come: STATE is a state or a problem by its name, or one of their variants. The pairing is not touched. What looks like a code pairs nothing; while a real one is on offer, or the button is used, the display is not given away.",
    ],
    operand: { name: "STATE" },
    options: [],
  },
  doctor: {
    name: "doctor",
    summary: "Find out what is wrong, from the secret to the screen.",
    doc: [
      "Checks what pairing depends on, one line each, with what to do about it: config, daemon, systemd, hardening, identity, secret, storage, permissions, clock, interface, proxy, dns, tls, portal, api, display, button, page, authorization. Each is ok, warn or fail; what does not apply is left out.",
      "Takes less than a minute, whatever does not answer, and works while the daemon is down. As root it sees more: files of the daemon that others may not look at.",
    ],
    options: [json, config],
  },
  identity: {
    name: "identity",
    summary: "Show the client_id, where it comes from, and the board.",
    doc: [],
    options: [json],
  },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

/** c2cctl's command line and manual. */
export const C2CCTL: Program = {
  name: "c2cctl",
  section: 1,
  summary: "see and steer c2cd, which pairs this device with Frame.io Camera to Cloud",
  description: ["Everything but `doctor` needs the daemon. Whoever is in the group `c2cd` may use it."],
  options: [C2CCTL_OPTIONS.socket, C2CCTL_OPTIONS.root],
  commands: Object.values(COMMANDS),
  environment: [
    { term: "C2CD_SOCKET", doc: "The control socket, where neither `--socket` nor `--root` is given." },
    {
      term: "C2CD_SECTION_KEY, HTTPS_PROXY, NO_PROXY",
      doc: "`doctor` takes them as c2cd(8) does: from the daemon, or where that does not run from its own environment.",
    },
    {
      term: "NO_COLOR",
      doc: "No colours where this is set and not empty (no-color.org). They go to terminals alone.",
    },
  ],
  files: [
    { term: "/run/c2cd/control.sock", doc: "The daemon's control socket." },
    { term: "/etc/c2cd/c2cd.toml", doc: "The daemon's configuration; `doctor` reads it." },
  ],
  exitStatus: [
    { term: "0", doc: "Done." },
    {
      term: "1",
      doc: "`doctor` found something that is broken, or the question of `unpair` was answered with no.",
    },
    { term: "64", doc: "The command line is wrong." },
    { term: "69", doc: "The daemon does not answer, or not in a way that this c2cctl understands." },
    { term: "73", doc: "The file, or standard output, can't be written." },
    {
      term: "75",
      doc: "Not now: no code is on offer, not paired yet, no token can be had, or the display is needed. Try later.",
    },
    { term: "77", doc: "You may not use the control socket." },
    { term: "78", doc: "The device is not set up: Frame.io's secret is missing or refused." },
    { term: "130", doc: "Ended by Ctrl-C or another signal." },
  ],
  examples: [
    { term: "c2cctl pair", doc: "Pair from a terminal, over ssh for instance." },
    { term: "c2cctl doctor", doc: "What is wrong, and what to do about it." },
    {
      term: "c2cctl token | sed 's/^/Authorization: Bearer /' | curl -H @- https://api.frame.io/v2/devices/me",
      doc: "Call Frame.io as this device, without the token among the arguments of a process.",
    },
    { term: "c2cctl status --json --watch | jq -r .state", doc: "Follow the state in a script." },
  ],
  seeAlso: ["c2cd(8)", "c2cd.toml(5)"],
};
