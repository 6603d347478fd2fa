import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { run } from "./shell.ts";

/** What is wired to the eight lines of the GPIO chip (PL061) of QEMU's machine "virt": a panel on SPI, one on I2C, a button. */
export const LINES = { SCK: 0, MOSI: 1, CS: 2, DC: 3, RESET: 4, BUTTON: 5, SCL: 6, SDA: 7 } as const;

export type Level = 0 | 1;

/**
 * Buses that the kernel makes of single lines (Documentation/devicetree/bindings/spi/spi-gpio.yaml, i2c/i2c-gpio.yaml).
 * The chip's one line that QEMU uses itself is that of a power button, which gives way. Nobody can answer on a wire that
 * is only seen, so those of I2C are outputs alone, driven high and low, and each byte counts as acknowledged.
 */
const WIRING = `
/ {
  /delete-node/ gpio-keys;
  spi {
    compatible = "spi-gpio";
    #address-cells = <1>;
    #size-cells = <0>;
    num-chipselects = <1>;
    sck-gpios = <&chip ${LINES.SCK} 0>;
    mosi-gpios = <&chip ${LINES.MOSI} 0>;
    cs-gpios = <&chip ${LINES.CS} 1>;
    panel@0 {
      compatible = "rohm,dh2228fv";
      reg = <0>;
      spi-max-frequency = <40000000>;
    };
  };
  i2c {
    compatible = "i2c-gpio";
    #address-cells = <1>;
    #size-cells = <0>;
    scl-gpios = <&chip ${LINES.SCL} 0>;
    sda-gpios = <&chip ${LINES.SDA} 0>;
    i2c-gpio,delay-us = <1>;
    i2c-gpio,scl-output-only;
    i2c-gpio,scl-has-no-pullup;
    i2c-gpio,sda-output-only;
    i2c-gpio,sda-has-no-pullup;
  };
};
chip: &{/pl061@9030000} {
  gpio-line-names = ${Object.keys(LINES)
    .map((name) => JSON.stringify(name))
    .join(", ")};
};
`;

/** Writes the device tree of a machine "virt" that QEMU would make with these options, with the wiring. */
export function writeWiredDeviceTree(machine: readonly string[], to: string): void {
  run("qemu-system-aarch64", "-nodefaults", "-display", "none", ...machine, "-machine", `dumpdtb=${to}`);
  const source = run("dtc", "-q", "-I", "dtb", "-O", "dts", to);
  writeFileSync(`${to}.dts`, source + WIRING);
  run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", to, `${to}.dts`);
}

/** What is said of wires: one that changed, or that a command was done. */
const SAID = /^(?:IRQ (raise|lower) (\d+)|OK.*)$/;

/** The lines of the chip from outside of the machine (QEMU's qtest protocol, system/qtest.c). */
export class Wires {
  readonly #socket: Socket;
  readonly #chip: string;
  readonly #changed: (line: number, level: Level) => void;
  #rest = "";
  #done: (() => void)[] = [];

  private constructor(socket: Socket, chip: string, changed: (line: number, level: Level) => void) {
    this.#socket = socket;
    this.#chip = chip;
    this.#changed = changed;
    socket.setEncoding("latin1").on("data", (chunk: string) => this.#receive(chunk));
    socket.on("error", () => {});
  }

  /**
   * @param path of the socket
   * @param chip in QEMU's object tree
   * @param changed is told of each change of an output, in order
   */
  static async connect(
    path: string,
    chip: string,
    changed: (line: number, level: Level) => void,
  ): Promise<Wires> {
    const socket = connect(path);
    await once(socket, "connect");
    const wires = new Wires(socket, chip, changed);
    await wires.#command(`irq_intercept_out ${chip}`);
    return wires;
  }

  /** Drives an input. */
  async drive(line: number, level: Level): Promise<void> {
    await this.#command(`set_irq_in ${this.#chip} unnamed-gpio-in ${line} ${level}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #command(command: string): Promise<void> {
    return new Promise((resolve) => {
      this.#done.push(resolve);
      this.#socket.write(`${command}\n`);
    });
  }

  #receive(chunk: string): void {
    const said = (this.#rest + chunk).split("\n");
    this.#rest = said.pop() ?? "";
    for (const each of said) {
      const [known, level, line] = SAID.exec(each) ?? [];
      if (known === undefined) throw new Error(`QEMU says of its wires: ${each}`);
      if (level === undefined) this.#done.shift()?.();
      else this.#changed(Number(line), level === "raise" ? 1 : 0);
    }
  }
}
