/** The programs that carry a message to the service manager. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import systemdNotify from "systemd-notify";

const run = promisify(execFile);

/**
 * One datagram with what stands in the arguments to NOTIFY_SOCKET (sd_notify(3)): a name that begins with "@" is in the
 * abstract namespace. Perl is part of every Debian; images for containers often are without systemd-notify(1).
 */
const DATAGRAM = `
$ENV{NOTIFY_SOCKET} =~ s/^@/\\0/;
socket(MANAGER, AF_UNIX, SOCK_DGRAM, 0) or die "$!\\n";
send(MANAGER, join("\\n", @ARGV), 0, pack_sockaddr_un($ENV{NOTIFY_SOCKET})) or die "$!\\n"`;

export function byPackage(known: { readonly ready?: boolean; readonly status?: string }): Promise<unknown> {
  return systemdNotify(known);
}

export function byProgram(assignments: readonly string[]): Promise<unknown> {
  return run("systemd-notify", assignments);
}

export function byPerl(assignments: readonly string[]): Promise<unknown> {
  return run("perl", ["-MSocket", "-e", DATAGRAM, "--", ...assignments]);
}
