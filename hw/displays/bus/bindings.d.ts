/** The parts of the optional bindings that are used here. They may not be installed, and two of them bring no types. */

declare module "i2c-bus" {
  export interface Bus {
    i2cWrite(address: number, length: number, buffer: Buffer): Promise<{ bytesWritten: number }>;
    close(): Promise<void>;
  }
  const i2c: { openPromisified(busNumber: number): Promise<Bus> };
  export default i2c;
}

declare module "spi-device" {
  export interface Transfer {
    readonly sendBuffer: Buffer;
    readonly byteLength: number;
    readonly speedHz: number;
  }
  export interface Device {
    transfer(message: Transfer[], done: (error?: Error | null) => void): unknown;
    close(done: (error?: Error | null) => void): unknown;
  }
  const spi: {
    open(
      busNumber: number,
      deviceNumber: number,
      options: { mode: 0; maxSpeedHz: number },
      done: (error?: Error | null) => void,
    ): Device;
  };
  export default spi;
}

declare module "node-libgpiod" {
  export class Chip {
    constructor(name: string);
  }
  export class Line {
    constructor(chip: Chip, offset: number);
    requestOutputMode(consumer: string, value: 0 | 1): void;
    setValue(value: 0 | 1): void;
    release(): void;
  }
  const gpiod: { Chip: typeof Chip; Line: typeof Line };
  export default gpiod;
}
