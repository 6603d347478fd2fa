import { type Case, claim } from "../case.ts";
import { Person } from "../person.ts";
import { plugInNetwork, SERIAL_NUMBER } from "../raspberry-pi.ts";

export const raspberryPi: Case = {
  name: "raspberry-pi",
  shows:
    "on a Raspberry Pi 3B the manual works word for word; its serial number is the identity, the firmware's framebuffer the screen",
  arch: "arm64",
  bare: true,
  async run(bench) {
    await bench.boot({ onRaspberryPi: true, files: Person.filesFor(bench), unprovisioned: true });
    await plugInNetwork(bench.machine);
    const person = new Person(bench);
    await person.installs();
    await bench.reaches("unconfigured");
    await bench.screenIsTrue();
    await bench.photograph("installed");
    await person.provisions();
    // The board has no clock of its own, and the network here no time server.
    await bench.reaches("waiting-for-clock");
    await bench.photograph("no-clock");
    await bench.sample("waiting-for-clock");
    await bench.setClock();
    const scanned = await bench.scan();
    await bench.screenIsTrue();
    await bench.photograph("code");
    const { device } = await bench.reaches("awaiting-user");
    claim(device.source === "board-serial", "the identity is the board's serial number");
    claim(device.client_id === SERIAL_NUMBER.toUpperCase(), `it is ${SERIAL_NUMBER}`);
    claim(/^Raspberry Pi 3 Model B/.test(device.model ?? ""), "the model is read from the device tree");
    await bench.authorize(scanned);
    await bench.reaches("paired");
    await bench.screenIsTrue();
    await bench.photograph("paired");
    await person.looksAfterIt();
  },
};
