/** The wires to a panel that user space drives: commands apart from picture data, however the bus tells them apart. */
export interface PanelBus {
  /** One command with its parameters; on I2C also several commands in a row. */
  command(code: number, ...parameters: number[]): Promise<void>;
  /** Picture data, of any length. */
  data(bytes: Uint8Array): Promise<void>;
  /** Pulses the reset line where it is wired. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The part of an open bus that is used: each write is one message to the panel. */
export interface Wire {
  write(message: Uint8Array): Promise<unknown>;
  close(): Promise<void>;
}
