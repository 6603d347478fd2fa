/**
 * Opens a vault as whoever runs it. Each line on stdin is done and answered by one line: `failing` prints why the
 * disk refuses, `store N` and `stored` work on an authorization, `probe` prints the refusal; empty where there is none.
 */
import { createInterface } from "node:readline";
import { Disk } from "../../../daemon/vault/disk.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { openVault } from "../../support/open-vault.ts";
import { authorization, CLIENT, numberOf } from "./support.ts";

async function run(directory: string, scratch: string): Promise<void> {
  const clock = new ManualClock();
  const vault = await openVault({
    clock,
    disk: new Disk({ directory, credentialsDirectory: null, scratch, clock }),
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, number] = line.split(" ");
    if (verb === "store") await vault.storeAuthorization(authorization(Number(number)));
    if (verb === "stored") console.log(numberOf(await vault.authorization(CLIENT)));
    else if (verb === "probe")
      console.log(
        await vault.probe().then(
          () => "",
          (error) => error.message,
        ),
      );
    else console.log(vault.failing()?.reason ?? "");
  }
  await vault.close();
}

const [directory = "", scratch = ""] = process.argv.slice(2);
void run(directory, scratch);
