/** The shell scripts in /usr/bin that start the programs with the Node.js of the device, whichever that is. */
import { BEFORE_QUIET, EVERY_NODE, QUIET_SINCE } from "./node-flags.ts";

/**
 * @param program a file name in `directory`
 * @param directory where the package has put the programs
 * @param node the system's Node.js
 */
export function launcher(program: string, directory: string, node: string): string {
  const older = Array.from({ length: QUIET_SINCE - 20 }, (_, at) => `v${20 + at}.*`).join(" | ");
  return `#!/bin/sh
# c2cd-node where it is installed, else the system's Node.js.
node=${directory}/node
[ -x "$node" ] || node=${node}
case $("$node" --version) in
  ${older}) exec "$node" ${[...EVERY_NODE, BEFORE_QUIET].join(" ")} ${directory}/${program} "$@" ;;
esac
exec "$node" ${EVERY_NODE.join(" ")} ${directory}/${program} "$@"
`;
}
