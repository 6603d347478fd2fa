/** What a device tells of its button. */
export interface Contact {
  down(): void;
  up(): void;
  /** Events are missing or the device is gone: whether the button is still down can't be known. */
  lost(): void;
}

/** What is read of a device while it is open. */
export interface Source {
  /** Can be polled. */
  readonly fd: number;
  take(chunk: Buffer): void;
}

/** A device that a button is on. */
export interface ButtonDevice {
  /**
   * @param path root prefix included
   * @throws what `trouble` has a sentence for
   */
  open(path: string, contact: Contact): Promise<Source>;
  /** What has become of the device, as the end of a sentence. */
  trouble(error: NodeJS.ErrnoException): string;
}
