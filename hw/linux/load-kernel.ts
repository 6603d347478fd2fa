import { DisplayError } from "./errors.ts";

export type Kernel = typeof import("./kernel.ts");

/**
 * The kernel's calls that Node.js lacks.
 * @throws {DisplayError} where the package that makes them is not installed, or doesn't fit this system
 */
export async function loadKernel(): Promise<Kernel> {
  try {
    return await import("./kernel.ts");
  } catch (error) {
    throw new DisplayError(
      'The package koffi is missing or does not fit this system: run "npm install koffi" where c2cd is installed.',
      { cause: error },
    );
  }
}
