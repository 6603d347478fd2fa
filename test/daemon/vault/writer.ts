/**
 * Works on a vault as the lines on its command line say, and marks what has been promised: `begin STEP` before a step
 * and `done STEP` when it has resolved. `store next` counts on from what it finds.
 */
import { appendFileSync } from "node:fs";
import { Disk } from "../../../daemon/vault/disk.ts";
import type { Vault } from "../../../daemon/vault/vault.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { authorization, CLIENT, identity, numberOf, openStrictly } from "./support.ts";

interface Task {
  readonly directory: string;
  readonly scratch: string;
  readonly credentialsDirectory: string | null;
  readonly marks: string;
  readonly steps: readonly string[];
}

async function run(task: Task): Promise<void> {
  const mark = (text: string) => {
    appendFileSync(task.marks, `${text}\n`);
    console.log(text);
  };
  let vault: Vault | null = null;
  for (const step of task.steps) {
    if (step === "open") {
      const clock = new ManualClock();
      vault = await openStrictly(clock, new Disk({ ...task, clock }));
      continue;
    }
    if (vault === null) throw new TypeError("the first step must open the vault");
    const stored = numberOf(await vault.authorization(CLIENT));
    const [verb, argument] = step.split(" ");
    const number = argument === "next" ? (stored ?? 0) + 1 : argument === "same" ? stored : Number(argument);
    mark(`begin ${verb} ${number}`);
    if (verb === "store") await vault.storeAuthorization(authorization(number ?? 0));
    if (verb === "forget") await vault.forgetAuthorization(CLIENT, null);
    if (verb === "identity") await vault.rememberIdentity(identity);
    if (verb === "record") await vault.record({ at: 1, event: "event", detail: "detail" });
    if (verb === "probe") await vault.probe();
    if (verb === "close") await vault.close();
    mark(`done ${verb} ${number}`);
  }
}

void run(JSON.parse(process.argv[2] ?? "") as Task);
