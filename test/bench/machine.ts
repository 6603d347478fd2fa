import { execFileSync } from "node:child_process";
import { Bench as BootBench } from "../boot/bench.ts";
import { bootImage } from "../boot/image.ts";
import type { Arch } from "../boot/machine.ts";
import { type Bench, figure, median, repeated } from "./bench.ts";

const RUNS = 5;

/** Seconds in the guest. */
async function bareNode({ machine }: BootBench): Promise<readonly number[]> {
  const time = "date +%s%N";
  return repeated(RUNS, async () => {
    const [begin = "", end = ""] = (
      await machine.check(`${time}; /usr/bin/node -e 0; ${time}`, 180_000)
    ).split("\n");
    return Number(BigInt(end) - BigInt(begin)) / 1e9;
  });
}

/** A machine in software emulation, on its first boot: slow, and as slow for what it is compared with. */
function bench(name: string, arch: Arch): Bench {
  return {
    name,
    measures: `an emulated ${arch} machine with one processor, in its own seconds; one boot`,
    columns: ["time", "to node -e 0"],
    async run() {
      const deb = execFileSync("scripts/prepare-machine", [arch], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      }).trim();
      const booted = await BootBench.open({ arch, deb, image: bootImage(arch, deb) }, name);
      try {
        await booted.boot();
        await booted.scan();
        if (booted.firstCode === null) throw new Error("no code was read off the screen");
        const { serviceStarted, serviceReady, codeRead } = booted.firstCode;
        await booted.machine.check("systemctl stop c2cd.service c2cd.socket", 180_000);
        const bare = median(await bareNode(booted));
        const row = (subject: string, seconds: number, most?: number) => ({
          subject,
          figures: [figure(seconds, "s", most), figure(seconds / bare, "x")],
        });
        return [
          row("c2cd: service started to ready", serviceReady - serviceStarted),
          row(
            "c2cd: service started to code read off the screen",
            codeRead - serviceStarted,
            arch === "amd64" ? 13 : undefined,
          ),
          row(`peer: node -e 0, median of ${RUNS}`, bare),
        ];
      } finally {
        await booted.close();
      }
    },
  };
}

export const machine = bench("machine", "amd64");
/** Without a goal: what is emulated of another architecture says something of ratios alone. */
export const machineArm64 = bench("machine-arm64", "arm64");
