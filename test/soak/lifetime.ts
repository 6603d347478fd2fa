/** Lives as its argument says, in a process of its own, and prints the report: both are JSON. */
import { type LifeOptions, live } from "./life.ts";

console.log(JSON.stringify(await live(JSON.parse(process.argv[2] ?? "") as LifeOptions)));
