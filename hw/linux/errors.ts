/** A device that can't be opened or has stopped working; `message` says what to do in one sentence. */
export class DisplayError extends Error {
  override readonly name = "DisplayError";
}

/** A device that works but is not what it was when it was opened: it has another size or mode. Open it again, at once. */
export class DisplayChanged extends DisplayError {}

/**
 * What a person can do when the system refuses a device, in one sentence.
 *
 * @param error of a system call, or anything else
 * @param device as the configuration names it
 * @returns what to throw: a DisplayError for a system error, anything else unchanged
 */
export function deviceError(error: unknown, device: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string" || error instanceof DisplayError) return error;
  return new DisplayError(sentence(code, device), { cause: error });
}

function sentence(code: string, device: string): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `${device} may not be written: put the user of c2cd in the group that owns it, or allow it in the unit (DeviceAllow=).`;
    case "EROFS":
      return `${device} is on a read-only file system: choose another place, or allow it in the unit (ReadWritePaths=).`;
    case "ENOENT":
    case "ENODEV":
    case "ENXIO":
      return `${device} is not there: check the cable, and that the boot configuration enables it.`;
    case "ENOSPC":
      return `${device} has no space left.`;
    case "EAGAIN":
      return `${device} takes no more characters: check its cable and flow control.`;
    case "EBUSY":
      return `${device} is in use by another program: stop that program or choose another display.`;
    case "ENOTDIR":
    case "EISDIR":
      return `${device} is not a path that can be written: check display.device.`;
    case "ENOTTY":
    case "EOPNOTSUPP":
      return `${device} is another kind of device, or its driver can't do what is needed: choose another display.device.`;
    default:
      return `${device} does not answer (${code}): check the cable and the power of the display.`;
  }
}
