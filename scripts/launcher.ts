/** The shell scripts that start the programs with the Node.js of the device, whichever that is. */
import { BEFORE_QUIET, EVERY_NODE, QUIET_SINCE } from "./node-flags.ts";

export interface Launcher {
  /** A file name in `directory`. */
  readonly program: string;
  /** Where the package has put the programs. */
  readonly directory: string;
  /** The system's Node.js. */
  readonly node: string;
  /** Where `compile` has noted which switches it was run with; null for `compile` itself, which has to find out. */
  readonly noted: string | null;
}

export function launcher({ program, directory, node, noted }: Launcher): string {
  const [every, older] = [EVERY_NODE.join(" "), [...EVERY_NODE, BEFORE_QUIET].join(" ")];
  const versions = Array.from({ length: QUIET_SINCE - 20 }, (_, at) => `v${20 + at}.*`).join(" | ");
  const ask = `case $("$node" --version) in
  ${versions}) switches='${older}' ;;
  *) switches='${every}' ;;
esac`;
  return `#!/bin/sh
# c2cd-node where it is installed, else the system's Node.js.
node=${directory}/node
[ -x "$node" ] || node=${node}
${noted === null ? ask : unlessNoted(noted, [every, older], ask)}
# shellcheck disable=SC2086
exec "$node" $switches ${directory}/${program} "$@"
`;
}

/** To ask Debian's Node.js for its version takes a third of its start. The note is for the one with the note's time. */
function unlessNoted(file: string, known: readonly string[], ask: string): string {
  return `noted=${file}
switches=
if [ -r "$noted" ] && ! [ "$node" -nt "$noted" ] && ! [ "$node" -ot "$noted" ]; then
  read -r switches <"$noted"
fi
case $switches in
${known.map((switches) => `  '${switches}') ;;`).join("\n")}
  *)
${ask.replace(/^/gm, "    ")}
    ;;
esac`;
}
