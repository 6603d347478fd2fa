import { DisplayError } from "../../linux/errors.ts";

/**
 * Loads a native binding that only some displays need, and only then.
 * @throws {DisplayError} where it is not installed, or can't be loaded on this system
 */
export async function binding<T>(
  load: () => Promise<{ default: T }>,
  name: string,
  driver: string,
): Promise<T> {
  try {
    return (await load()).default;
  } catch (error) {
    throw new DisplayError(
      `The ${driver} driver needs the package ${name}, which is missing or does not fit this system: run "npm install ${name}" where c2cd is installed.`,
      { cause: error },
    );
  }
}
