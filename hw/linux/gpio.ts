/** Lines of a GPIO chip, by the second interface of its character device (include/uapi/linux/gpio.h, Linux 5.10). */
import { closeSync, openSync } from "node:fs";
import { ioctl, iowr, Structure } from "./kernel.ts";

/** GPIO_V2_LINES_MAX, GPIO_MAX_NAME_SIZE, GPIO_V2_LINE_NUM_ATTRS_MAX */
const LINES_MAX = 64;
const NAME_SIZE = 32;
const ATTRIBUTES_MAX = 10;

/** `struct gpio_v2_line_request`, with the members of its configuration and of the first attribute in that. */
const LINE_REQUEST = new Structure({
  offsets: ["__u32", LINES_MAX],
  consumer: ["__u8", NAME_SIZE],
  flags: "__u64",
  num_attrs: "__u32",
  config_padding: ["__u32", 5],
  attr_id: "__u32",
  attr_padding: "__u32",
  attr_values: "__u64",
  attr_mask: "__u64",
  more_attrs: ["__u64", 3 * (ATTRIBUTES_MAX - 1)],
  num_lines: "__u32",
  event_buffer_size: "__u32",
  padding: ["__u32", 5],
  fd: "__s32",
});

/** `struct gpio_v2_line_values` */
const LINE_VALUES = new Structure({ bits: "__u64", mask: "__u64" });

const GPIO_V2_GET_LINE = iowr("\xb4", 0x07, LINE_REQUEST.size);
const GPIO_V2_LINE_SET_VALUES = iowr("\xb4", 0x0f, LINE_VALUES.size);

const GPIO_V2_LINE_FLAG_OUTPUT = 1n << 3n;
const GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES = 2;

/** A line that this process drives, until it is released or the process ends. */
export interface OutputLine {
  /** @throws the error of the system */
  set(value: 0 | 1): void;
  release(): void;
}

/**
 * Asks for a line as an output.
 * @param path of the chip, root prefix included
 * @throws the error of the system: EBUSY where another program or a driver holds the line, EINVAL where there is none
 */
export function outputLine(path: string, offset: number, value: 0 | 1): OutputLine {
  const offsets = new Uint32Array(LINES_MAX);
  offsets[0] = offset;
  const request = LINE_REQUEST.of({
    offsets,
    consumer: Buffer.from("c2cd".padEnd(NAME_SIZE, "\0")),
    flags: GPIO_V2_LINE_FLAG_OUTPUT,
    num_attrs: 1,
    attr_id: GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES,
    attr_values: value,
    attr_mask: 1,
    num_lines: 1,
  });
  const chip = openSync(path, "r+");
  try {
    ioctl(chip, GPIO_V2_GET_LINE, request);
  } finally {
    closeSync(chip);
  }
  const line = LINE_REQUEST.number(request, "fd");
  return {
    set: (level) => ioctl(line, GPIO_V2_LINE_SET_VALUES, LINE_VALUES.of({ bits: level, mask: 1 })),
    release: () => closeSync(line),
  };
}
