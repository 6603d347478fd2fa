import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { addressOf, ioctl, ior, map, memory, Structure, whenReadable } from "../../../hw/linux/kernel.ts";
import { withKernel } from "../../../hw/linux/with-kernel.ts";

const scratch = mkdtempSync(join(tmpdir(), "c2cd-kernel-"));
after(() => rmSync(scratch, { recursive: true }));

test("a structure is laid out as C does: members at their alignment, and zeros where nothing is given", () => {
  const structure = new Structure({
    first: "__u8",
    wide: "__u64",
    some: ["__u16", 3],
    signed: "__s32",
    last: "pointer",
  });
  const bytes = structure.of({ first: 0x11, some: Uint16Array.of(1, 2, 3), signed: -2 });
  assert.equal(
    Buffer.from(bytes).toString("hex"),
    `11${"00".repeat(15)}0100020003000000feffffff${"00".repeat(12)}`,
  );
  assert.deepEqual([structure.number(bytes, "first"), structure.number(bytes, "signed")], [0x11, -2]);
  const kept = memory(8);
  assert.equal(structure.number(structure.of({ last: addressOf(kept) }), "last"), Number(addressOf(kept)));
});

test("an ioctl reads and writes the memory given, and throws the system's error", () => {
  const path = join(scratch, "pipe");
  execFileSync("mkfifo", [path]);
  const pipe = openSync(path, "r+");
  const file = openSync(join(scratch, "file"), "w");
  try {
    writeSync(pipe, "seven b");
    const waiting = memory(4);
    // FIONREAD (include/uapi/asm-generic/ioctls.h)
    ioctl(pipe, 0x541b, waiting);
    assert.deepEqual([...waiting], [7, 0, 0, 0]);
    assert.throws(() => ioctl(file, ior("E", 1, 4), waiting), { code: "ENOTTY", syscall: "ioctl" });
    assert.throws(() => ioctl(-1, ior("E", 1, 4), 0), { code: "EBADF" });
  } finally {
    closeSync(pipe);
    closeSync(file);
  }
});

test("what is mapped is the file's own memory, from the offset on", () => {
  const path = join(scratch, "memory");
  writeFileSync(path, new Uint8Array(16384));
  const fd = openSync(path, "r+");
  const { bytes, unmap } = map(fd, 4096, 8192);
  bytes.set([1, 2, 3], 4093);
  unmap();
  assert.throws(() => map(fd, 4096, 1), { code: "EINVAL", syscall: "mmap" });
  closeSync(fd);
  assert.deepEqual([...readFileSync(path).subarray(12284, 12289)], [0, 1, 2, 3, 0]);
});

test("a pipe is told when there is something to read, and no more once that is ended", async () => {
  const path = join(scratch, "readable");
  execFileSync("mkfifo", [path]);
  const pipe = openSync(path, "r+");
  let stop = () => {};
  const told = new Promise<void>((resolve) => {
    stop = whenReadable(pipe, resolve);
  });
  writeSync(pipe, "a");
  await told;
  stop();
  closeSync(pipe);
});

test("a package that is missing, or doesn't fit this system, is one clear sentence", async () => {
  await assert.rejects(
    withKernel(() => import(`no-such-package-${"x"}`)),
    {
      name: "DisplayError",
      message:
        'The package koffi is missing or does not fit this system: run "npm install koffi" where c2cd is installed.',
    },
  );
});
