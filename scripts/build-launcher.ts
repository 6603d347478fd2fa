/** Prints the launcher of a program: build-launcher.ts c2cd.js */
import { switchesFile } from "../daemon/loader/chunk.ts";
import { launcher } from "./launcher.ts";

const [program = ""] = process.argv.slice(2);
const directory = "/usr/lib/c2cd";
const noted = program === "compile.js" ? null : switchesFile(directory);
process.stdout.write(launcher({ program, directory, node: "/usr/bin/node", noted }));
