/** Prints the launcher of a program: build-launcher.ts c2cd.js */
import { launcher } from "./launcher.ts";

const [program = ""] = process.argv.slice(2);
process.stdout.write(launcher(program, "/usr/lib/c2cd", "/usr/bin/node"));
