/** Prints every npm package that the programs may hold, with its licence's text, as the package's documentation. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const directories = execFileSync("npm", ["ls", "--omit=dev", "--omit=optional", "--all", "--parseable"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path.includes("/node_modules/"));

const texts = directories.map((directory) => {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = readdirSync(directory).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const text = files.sort().map((file) => readFileSync(join(directory, file), "utf8").trim());
  return [`== ${name} ${version} (${license ?? "see below"})`, ...text].join("\n\n");
});
console.log([...new Set(texts)].sort().join("\n\n\n"));
