import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Makes the directory `$1` the root of everything and runs the rest there. The kernel's file systems are this machine's;
 * mounts and processes are of namespaces that end with the first process, so that nothing is left behind.
 */
const ENTER = `
set -e
mount --bind "$1" "$1"
cd "$1"
shift
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
pivot_root . mnt
umount --lazy /mnt
"$@"
`;

/** As a login shell of root has it, and nothing else. */
const ENVIRONMENT = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"];

/** Characters of a command's output that are kept: more than a line. */
const TAIL = 1_000;

/**
 * Runs a command in another root, with an empty environment and nothing to read, and shows what it prints.
 *
 * @param interrupt ends it, and everything that it has started
 * @returns the last line that it printed, once nothing of it runs any more
 */
export async function runInside(root: string, command: string, interrupt: AbortSignal): Promise<string> {
  const child = spawn(
    "unshare",
    [
      ...["--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation", "private"],
      ...["sh", "-c", ENTER, "sh", root, "env", "-i", ...ENVIRONMENT, "sh", "-c", command],
    ],
    // Out of reach of Ctrl-C, which unshare would not pass on.
    { stdio: ["ignore", "pipe", "inherit"], detached: true },
  );
  interrupt.addEventListener("abort", () => child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    output = (output + text).slice(-TAIL);
  });
  const [status, signal] = await once(child, "close");
  if (status !== 0) throw new Error(`${command}: ${signal ?? `status ${status}`}`);
  return output.trimEnd().split("\n").at(-1) ?? "";
}
