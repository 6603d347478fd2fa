import { BOOT_LIMIT } from "../bench.ts";
import { type Case, claim } from "../case.ts";
import { SERIAL_NUMBER } from "../raspberry-pi.ts";

export const raspberryPi: Case = {
  name: "raspberry-pi",
  shows:
    "on a Raspberry Pi 3B its serial number is the identity, and the firmware's framebuffer shows the code",
  arch: "arm64",
  async run(bench) {
    await bench.boot({ onRaspberryPi: true });
    // The board has no clock of its own, and the network here no time server.
    await bench.reaches("waiting-for-clock", BOOT_LIMIT);
    await bench.screenIsTrue();
    await bench.photograph("no-clock");
    await bench.setClock();
    const scanned = await bench.scan();
    await bench.screenIsTrue();
    await bench.photograph("code");
    const status = await bench.reaches("awaiting-user");
    await bench.sample("awaiting-user");
    claim(status.device.source === "board-serial", "the identity is the board's serial number");
    claim(status.device.client_id === SERIAL_NUMBER.toUpperCase(), `it is ${SERIAL_NUMBER}`);
    claim(
      /^Raspberry Pi 3 Model B/.test(status.device.model ?? ""),
      "the model is read from the device tree",
    );
    await bench.authorize(scanned);
    await bench.reaches("paired");
    await bench.screenIsTrue();
    await bench.photograph("paired");
  },
};
