import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { DisplayError, deviceError } from "../../linux/errors.ts";

/**
 * Whether a bus can be used at all, before the binding that opens it is loaded: bindings tell less, and later.
 * @throws {DisplayError} where it is not there or may not be written
 */
export async function checkNode(root: string, device: string): Promise<void> {
  try {
    await access(root + device, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw deviceError(error, device);
  }
  // Bindings open buses by number: they would drive the machine's own.
  if (root !== "")
    throw new DisplayError(`${device} can't be a bus under --root: choose another display.driver there.`);
}
