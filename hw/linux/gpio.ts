/** Lines of a GPIO chip, by the second interface of its character device (include/uapi/linux/gpio.h, Linux 5.10). */
import { closeSync, openSync } from "node:fs";
import { ioctl, ior, iowr, Structure } from "./kernel.ts";

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

/** `struct gpiochip_info` */
const CHIP_INFO = new Structure({
  name: ["__u8", NAME_SIZE],
  label: ["__u8", NAME_SIZE],
  lines: "__u32",
});

/** `struct gpio_v2_line_info` */
const LINE_INFO = new Structure({
  name: ["__u8", NAME_SIZE],
  consumer: ["__u8", NAME_SIZE],
  offset: "__u32",
  num_attrs: "__u32",
  flags: "__u64",
  attrs: ["__u64", 2 * ATTRIBUTES_MAX],
  padding: ["__u32", 4],
});

/** `struct gpio_v2_line_event` */
const LINE_EVENT = new Structure({
  timestamp_ns: "__u64",
  id: "__u32",
  offset: "__u32",
  seqno: "__u32",
  line_seqno: "__u32",
  padding: ["__u32", 6],
});

/** `struct gpio_v2_line_values` */
const LINE_VALUES = new Structure({ bits: "__u64", mask: "__u64" });

const GPIO_GET_CHIPINFO = ior("\xb4", 0x01, CHIP_INFO.size);
const GPIO_V2_GET_LINEINFO = iowr("\xb4", 0x05, LINE_INFO.size);
const GPIO_V2_GET_LINE = iowr("\xb4", 0x07, LINE_REQUEST.size);
const GPIO_V2_LINE_SET_VALUES = iowr("\xb4", 0x0f, LINE_VALUES.size);

const GPIO_V2_LINE_FLAG_ACTIVE_LOW = 1n << 1n;
const GPIO_V2_LINE_FLAG_INPUT = 1n << 2n;
const GPIO_V2_LINE_FLAG_OUTPUT = 1n << 3n;
const GPIO_V2_LINE_FLAG_EDGE_RISING = 1n << 4n;
const GPIO_V2_LINE_FLAG_EDGE_FALLING = 1n << 5n;
const GPIO_V2_LINE_FLAG_BIAS_PULL_UP = 1n << 8n;

const GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES = 2;
const GPIO_V2_LINE_ATTR_ID_DEBOUNCE = 3;

const GPIO_V2_LINE_EVENT_RISING_EDGE = 1;

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
  const line = onChip(path, (chip) =>
    request(chip, offset, GPIO_V2_LINE_FLAG_OUTPUT, GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES, value),
  );
  return {
    set: (level) => ioctl(line, GPIO_V2_LINE_SET_VALUES, LINE_VALUES.of({ bits: level, mask: 1 })),
    release: () => closeSync(line),
  };
}

/** An edge of an input line. */
export interface Edge {
  readonly active: boolean;
  /** Counts from 1 for the line; one that is missing was dropped by the kernel. */
  readonly number: number;
}

/**
 * Asks for a line as an input that is active when it is pulled to ground, with a pull-up where the chip has one.
 * @param path of the chip, root prefix included
 * @param line its number or its name, as gpioinfo(1) lists them
 * @param debounce in microseconds
 * @returns a descriptor that can be polled, and is read for `edgesOf`
 * @throws the error of the system: ERANGE where the chip has no such line, EBUSY where another program or a driver holds
 * it, ENXIO or ENODEV (by ioctl) where it can't interrupt
 */
export function inputLine(path: string, line: string, debounce: number): number {
  const flags =
    GPIO_V2_LINE_FLAG_INPUT |
    GPIO_V2_LINE_FLAG_ACTIVE_LOW |
    GPIO_V2_LINE_FLAG_BIAS_PULL_UP |
    GPIO_V2_LINE_FLAG_EDGE_RISING |
    GPIO_V2_LINE_FLAG_EDGE_FALLING;
  return onChip(path, (chip) =>
    request(chip, offsetOf(chip, line), flags, GPIO_V2_LINE_ATTR_ID_DEBOUNCE, debounce),
  );
}

/** What was read of an input line. */
export function edgesOf(bytes: Uint8Array): Edge[] {
  const edges: Edge[] = [];
  for (let at = 0; at + LINE_EVENT.size <= bytes.length; at += LINE_EVENT.size) {
    const event = bytes.subarray(at, at + LINE_EVENT.size);
    edges.push({
      active: LINE_EVENT.number(event, "id") === GPIO_V2_LINE_EVENT_RISING_EDGE,
      number: LINE_EVENT.number(event, "line_seqno"),
    });
  }
  return edges;
}

function onChip<T>(path: string, ask: (chip: number) => T): T {
  const chip = openSync(path, "r+");
  try {
    return ask(chip);
  } finally {
    closeSync(chip);
  }
}

/** @returns the line's descriptor */
function request(chip: number, offset: number, flags: bigint, attribute: number, value: number): number {
  const offsets = new Uint32Array(LINES_MAX);
  offsets[0] = offset;
  const line = LINE_REQUEST.of({
    offsets,
    consumer: Buffer.from("c2cd".padEnd(NAME_SIZE, "\0")),
    flags,
    num_attrs: 1,
    attr_id: attribute,
    attr_values: value,
    attr_mask: 1,
    num_lines: 1,
  });
  ioctl(chip, GPIO_V2_GET_LINE, line);
  return LINE_REQUEST.number(line, "fd");
}

function offsetOf(chip: number, line: string): number {
  const info = CHIP_INFO.of({});
  ioctl(chip, GPIO_GET_CHIPINFO, info);
  const count = CHIP_INFO.number(info, "lines");
  const isLine = /^\d+$/.test(line)
    ? (offset: number) => offset === Number(line)
    : (offset: number) => nameOf(chip, offset) === line;
  for (let offset = 0; offset < count; offset++) if (isLine(offset)) return offset;
  throw Object.assign(new Error(`ERANGE: no line ${line}`), { code: "ERANGE" });
}

function nameOf(chip: number, offset: number): string {
  const info = LINE_INFO.of({ offset });
  ioctl(chip, GPIO_V2_GET_LINEINFO, info);
  return LINE_INFO.text(info, "name");
}
