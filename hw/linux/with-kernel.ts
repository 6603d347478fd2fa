import { DisplayError } from "./errors.ts";

/**
 * Loads code that stands on `kernel.ts`, and with it the package koffi.
 * @throws {DisplayError} where that is not installed, or doesn't fit this system
 */
export async function withKernel<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new DisplayError(
      'The package koffi is missing or does not fit this system: run "npm install koffi" where c2cd is installed.',
      { cause: error },
    );
  }
}
