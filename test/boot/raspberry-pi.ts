import { copyFileSync } from "node:fs";
import type { Machine } from "./machine.ts";
import { run } from "./shell.ts";
import { waitFor } from "./wait.ts";

/** Bytes; QEMU takes powers of two alone. */
export const CARD_SIZE = 2 ** 30;

export const SERIAL_NUMBER = "00000000c2cd3b01";

/** Milliseconds, for a board whose programs are slow to start. */
const NETWORK_LIMIT = 480_000;

/** Where QEMU's video core keeps its picture, and the size that it starts with. */
const FRAMEBUFFER = { address: 0x3c100000, width: 640, height: 480, bytesPerPixel: 2, format: "r5g6b5" };

/**
 * Writes the device tree of a Raspberry Pi 3B with what its firmware adds on a real board: serial number and
 * framebuffer. The Bluetooth chip, which QEMU has not, leaves its serial line to a shell.
 */
export function writePiDeviceTree(kernels: string, to: string): void {
  const { address, width, height, bytesPerPixel, format } = FRAMEBUFFER;
  const node = `/chosen/framebuffer@${address.toString(16)}`;
  const stride = width * bytesPerPixel;
  copyFileSync(kernels, to);
  const put = (type: string, path: string, name: string, ...values: (string | number)[]) =>
    run("fdtput", "-t", type, to, path, name, ...values.map(String));
  put("s", "/", "serial-number", SERIAL_NUMBER);
  put("u", "/chosen", "#address-cells", 1);
  put("u", "/chosen", "#size-cells", 1);
  run("fdtput", to, "/chosen", "ranges");
  run("fdtput", "-c", to, node);
  put("s", node, "compatible", "simple-framebuffer");
  put("u", node, "reg", address, stride * height);
  put("u", node, "width", width);
  put("u", node, "height", height);
  put("u", node, "stride", stride);
  put("s", node, "format", format);
  put("s", node, "status", "okay");
  run("fdtput", "-r", to, "/soc/serial@7e201000/bluetooth");
}

/**
 * The board's network hangs on its USB controller. QEMU's finds no device any more once its driver was probed twice, as
 * happens while other drivers of the board come up: it is loaded here, when they are all there.
 */
export async function plugInNetwork(machine: Machine): Promise<void> {
  await machine.check("systemctl is-system-running --wait >/dev/null; modprobe dwc2", NETWORK_LIMIT);
  await waitFor("an address", NETWORK_LIMIT, async () => {
    const { stdout } = await machine.run("ip -brief address");
    return stdout.includes("10.0.2.15") || null;
  });
}
