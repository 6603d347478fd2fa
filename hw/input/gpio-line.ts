import { withKernel } from "../linux/with-kernel.ts";
import type { ButtonDevice } from "./device.ts";

/** Microseconds. Contacts bounce for less, and no press is as short. */
const DEBOUNCE = 20_000;

/**
 * A button between a line of a GPIO chip and ground, without a driver of the kernel's.
 * @param name of the line, or its number
 */
export function gpioLine(name: string): ButtonDevice {
  return {
    async open(path, contact) {
      const { edgesOf, inputLine } = await withKernel(() => import("../linux/gpio.ts"));
      let last = 0;
      return {
        fd: inputLine(path, name, DEBOUNCE),
        take(chunk) {
          for (const { active, number } of edgesOf(chunk)) {
            if (number !== last + 1) contact.lost();
            last = number;
            if (active) contact.down();
            else contact.up();
          }
        },
      };
    },
    trouble: (error) => trouble(error, name),
  };
}

function trouble({ code, syscall, message }: NodeJS.ErrnoException, name: string): string {
  switch (syscall === "ioctl" ? `ioctl ${code}` : code) {
    case "ENODEV":
      return "is gone";
    case "EACCES":
      return "may not be used; put the daemon's user into the device's group (gpio)";
    case "ENOENT":
    case "ENXIO":
      return `is not there (${code}); check buttons.device`;
    case "ERANGE":
      return `has no line ${name}; set buttons.key to the name or number of one, as gpioinfo(1) lists them`;
    case "ioctl ENOTTY":
      return "is no GPIO chip; check buttons.device";
    case "ioctl EBUSY":
      return `has line ${name} in use by a driver or another program; gpioinfo(1) names it`;
    case "ioctl EINVAL":
      return "can't be asked for a line; that needs Linux 5.10";
    case "ioctl ENXIO":
    case "ioctl ENODEV":
      return `can't tell when line ${name} changes; choose a line that can interrupt`;
    default:
      return `can't be read: ${message}`;
  }
}
