import { BOOT_LIMIT } from "../bench.ts";
import type { Case } from "../case.ts";

export const clock: Case = {
  name: "clock",
  shows: "with the clock at 1970 it waits for the right time, and then shows a code",
  async run(bench) {
    await bench.boot({ rtc: "1970-01-01T00:00:00" });
    await bench.reaches("waiting-for-clock", BOOT_LIMIT);
    await bench.screenIsTrue();
    await bench.photograph("wrong-clock");
    await bench.sample("waiting-for-clock");
    await bench.setClock();
    await bench.scan();
    await bench.screenIsTrue();
  },
};
