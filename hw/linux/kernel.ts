/**
 * The one door to what Node.js has no call for: ioctl(2), mmap(2), poll(2) and sockets that it has no
 * class for, by the package koffi. It costs some
 * megabytes: what imports this is loaded by `withKernel`, and where it is needed alone.
 */
import { getSystemErrorName } from "node:util";
import koffi, { type TypeObject } from "koffi";

/** Types of members, by the names of the kernel's headers. A pointer is given as `addressOf` tells it. */
const TYPES = {
  __u8: "uint8_t",
  __u16: "uint16_t",
  __u32: "uint32_t",
  __s32: "int32_t",
  __u64: "uint64_t",
  "unsigned long": "unsigned long",
  pointer: "void *",
} as const;

type MemberType = keyof typeof TYPES;

/** A member: its type, or for an array also how many. */
type Member = MemberType | readonly [type: MemberType, count: number];

type Value = number | bigint | Uint8Array | Uint16Array | Uint32Array;

/** A structure of the kernel's user-space headers, laid out as C does on this machine. */
export class Structure<Name extends string> {
  readonly size: number;
  readonly #members: ReadonlyMap<string, { readonly offset: number; readonly type: TypeObject }>;

  constructor(members: Readonly<Record<Name, Member>>) {
    const type = koffi.struct(
      Object.fromEntries(
        Object.entries<Member>(members).map(([name, member]) => [
          name,
          typeof member === "string" ? TYPES[member] : koffi.array(TYPES[member[0]], member[1], "Typed"),
        ]),
      ),
    );
    this.size = type.size;
    this.#members = new Map(Object.entries(type.members ?? {}));
  }

  /** Memory that holds the structure: the members given, and else zeros. */
  of(values: { readonly [N in Name]?: Value }): Uint8Array {
    const bytes = memory(this.size);
    for (const [name, value] of Object.entries<Value | undefined>(values)) {
      const { offset, type } = this.#member(name);
      koffi.encode(bytes, offset, type, value);
    }
    return bytes;
  }

  /** One member, which is a number. Those of 64 bits are handles and offsets, and small. */
  number(bytes: Uint8Array, name: Name): number {
    const { offset, type } = this.#member(name);
    return Number(koffi.decode(bytes, offset, type));
  }

  /** One member, which is text that a zero ends. */
  text(bytes: Uint8Array, name: Name): string {
    const { offset, type } = this.#member(name);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + offset, type.size);
    return text.toString("latin1").replace(/\0.*$/s, "");
  }

  #member(name: string) {
    const member = this.#members.get(name);
    if (member === undefined) throw new TypeError(`no member ${name}`);
    return member;
  }
}

/** Zeros that stay where they are: small arrays otherwise move with the engine's own memory. */
export function memory(size: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(size));
}

/** For a member that is a pointer. The memory must be kept until the call is over. */
export function addressOf(bytes: Uint8Array | Uint16Array | Uint32Array): bigint {
  return koffi.address(bytes);
}

/** The numbers of ioctls (include/uapi/asm-generic/ioctl.h, which all processors that c2cd runs on share). */
function number(direction: number, type: string, nr: number, size: number): number {
  return ((direction << 30) | (size << 16) | (type.charCodeAt(0) << 8) | nr) >>> 0;
}

/** `_IO` */
export const io = (type: string, nr: number) => number(0, type, nr, 0);
/** `_IOW` */
export const iow = (type: string, nr: number, size: number) => number(1, type, nr, size);
/** `_IOR` */
export const ior = (type: string, nr: number, size: number) => number(2, type, nr, size);
/** `_IOWR` */
export const iowr = (type: string, nr: number, size: number) => number(3, type, nr, size);

const libc = koffi.load(null);
const ioctlWithValue = libc.func("ioctl", "int", ["int", "unsigned long", "unsigned long"]);
const ioctlWithMemory = libc.func("ioctl", "int", ["int", "unsigned long", "void *"]);
const mmap = libc.func("mmap64", "void *", ["void *", "size_t", "int", "int", "int", "int64_t"]);
const openSocket = libc.func("socket", "int", ["int", "int", "int"]);
const munmap = libc.func("munmap", "int", ["void *", "size_t"]);

const { EINTR } = koffi.os.errno;

/**
 * @param argument a number, or the memory that the kernel reads and writes
 * @throws an error with the system's `code`, as `node:fs` has them
 */
export function ioctl(fd: number, request: number, argument: number | Uint8Array): void {
  const call = typeof argument === "number" ? ioctlWithValue : ioctlWithMemory;
  while (call(fd, request, argument) === -1) {
    const errno = koffi.errno();
    if (errno !== EINTR) throw systemError("ioctl", errno);
  }
}

/**
 * socket(2), in the numbers of the kernel's headers.
 * @returns a descriptor for node:fs to read, write and close
 * @throws an error with the system's `code`
 */
export function socket(domain: number, type: number, protocol: number): number {
  const fd: number = openSocket(domain, type, protocol);
  if (fd === -1) throw systemError("socket", koffi.errno());
  return fd;
}

export interface Mapping {
  /** The device's memory itself; not to be touched after `unmap`. */
  readonly bytes: Uint8Array;
  unmap(): void;
}

/** PROT_READ | PROT_WRITE and MAP_SHARED (include/uapi/asm-generic/mman-common.h, include/uapi/linux/mman.h). */
const READ_WRITE = 3;
const SHARED = 1;

/**
 * Maps a device's memory, shared with the device.
 * @param offset in bytes, as the device tells it
 * @throws an error with the system's `code`
 */
export function map(fd: number, length: number, offset: number): Mapping {
  const address: bigint = mmap(null, length, READ_WRITE, SHARED, fd, offset);
  if (BigInt.asIntN(64, address) === -1n) throw systemError("mmap", koffi.errno());
  return {
    bytes: new Uint8Array(koffi.view(address, length)),
    unmap: () => munmap(address, length),
  };
}

/**
 * Calls `readable` whenever there is something to read, the end included. The file must be one that can be polled: for
 * others koffi 3.3 ends the process.
 * @returns what ends that; the descriptor may be closed afterwards
 */
export function whenReadable(fd: number, readable: () => void): () => void {
  const handle = koffi.node.poll(fd, readable);
  return () => handle.close();
}

function systemError(syscall: string, errno: number): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${code}: ${syscall}`), { code, errno: -errno, syscall });
}
