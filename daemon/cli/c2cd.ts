import type { Program } from "./program.ts";

const CONFIG = {
  name: "config",
  value: { name: "FILE", completion: "file" },
  doc: "Read the configuration from FILE instead of `/etc/c2cd/c2cd.toml`.",
} as const;

const ROOT = {
  name: "root",
  value: { name: "DIR", completion: "directory" },
  doc: "Put DIR before every system path that is read or written (`/proc /sys /dev /etc /run /var`), so that a directory can stand in for a board.",
} as const;

const CHECK = {
  name: "check",
  doc: "Check the configuration and the credentials, print what would be used (never a secret), and end with 0 or 78.",
} as const;

export const C2CD_OPTIONS = { config: CONFIG, root: ROOT, check: CHECK } as const;

/** The daemon's command line and manual. */
export const C2CD: Program = {
  name: "c2cd",
  section: 8,
  summary: "pair a camera or recorder with Frame.io Camera to Cloud and keep it paired",
  description: [
    "c2cd shows a pairing code on the device's screen, waits until someone enters it at Frame.io, and keeps the authorization alive from then on. Other programs on the device ask its control socket for the state and for a valid access token.",
    "It runs in the foreground and logs to standard output. SIGTERM and SIGINT end it cleanly within two seconds; a code that is on the screen is taken away. SIGHUP reads the configuration and the client_secret again; a configuration with mistakes changes nothing.",
  ],
  options: [CONFIG, ROOT, CHECK],
  commands: [],
  environment: [
    {
      term: "C2CD_SECTION_KEY",
      doc: "Overrides the key of that section of c2cd.toml(5), e.g. `C2CD_DISPLAY_DRIVER=png`.",
    },
    {
      term: "CREDENTIALS_DIRECTORY",
      doc: "Where systemd puts the credentials `client_secret` and `vault_key` (systemd.exec(5), LoadCredential=).",
    },
    { term: "STATE_DIRECTORY", doc: "Where the store is kept; `/var/lib/c2cd` without it." },
    { term: "RUNTIME_DIRECTORY", doc: "Where the control socket is made; `/run/c2cd` without it." },
    { term: "NOTIFY_SOCKET, WATCHDOG_USEC", doc: "Readiness, status and watchdog, see sd_notify(3)." },
    {
      term: "HTTPS_PROXY, NO_PROXY",
      doc: "The proxy that Frame.io is reached through, and the hosts that are reached without it.",
    },
    { term: "LISTEN_FDS", doc: "The control socket by socket activation, see sd_listen_fds(3)." },
  ],
  files: [
    { term: "/etc/c2cd/c2cd.toml", doc: "The configuration, see c2cd.toml(5)." },
    {
      term: "$CREDENTIALS_DIRECTORY/client_secret",
      doc: "The device model's secret from Frame.io. Without systemd: the file that `frameio.client_secret_file` names, which must not be readable by group or others.",
    },
    {
      term: "$CREDENTIALS_DIRECTORY/vault_key",
      doc: "The key that seals tokens at rest; without it one is made in the state directory, mode 0600.",
    },
    {
      term: "/var/lib/c2cd/c2cd.db",
      doc: "Identity, authorization and history; mode 0600 in a directory of mode 0700.",
    },
    {
      term: "/run/c2cd/control.sock",
      doc: "The control socket, mode 0660, group `c2cd`. HTTP/1.1 and JSON.",
    },
  ],
  exitStatus: [
    {
      term: "0",
      doc: "Ended on request, or the check found nothing wrong. Where a card, a device or a name server does not answer at the end, the status is that of the signal itself.",
    },
    { term: "64", doc: "The command line is wrong." },
    { term: "69", doc: "Something that the daemon needs can't be had, e.g. the socket's address." },
    { term: "70", doc: "An internal error; the log has it. A fresh start may help." },
    { term: "75", doc: "Another c2cd has the store open." },
    { term: "78", doc: "The configuration or the credentials are wrong." },
  ],
  examples: [
    { term: "c2cd --check", doc: "See whether the configuration is right." },
    {
      term: "C2CD_DISPLAY_DRIVER=terminal c2cd --config ./c2cd.toml",
      doc: "Try it out on a desk, with the screen in the terminal.",
    },
  ],
  seeAlso: ["c2cctl(1)", "c2cd.toml(5)", "systemd.exec(5)", "systemd-creds(1)"],
};
