/** What the kernel, or whoever stands in for it, may write into the files that displays are found by. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { physicalSize } from "../../../hw/linux/edid.ts";
import { chooseFramebuffer, formatOf, listFramebuffers } from "../../../hw/linux/fbdev.ts";
import { Sysfs } from "../../../hw/linux/sysfs.ts";
import { Board } from "./board.ts";

const RUNS = 3_000;

test("the size in any EDID is none or one that a screen can have", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 256 }), (edid) => {
      const size = physicalSize(edid);
      if (size === null) return;
      for (const side of [size.width, size.height])
        assert.ok(Number.isInteger(side) && side > 0 && side < 4_096);
    }),
    { numRuns: RUNS },
  );
  t.diagnostic(`${RUNS} fuzz cases`);
});

/** So many bits a row that the number of its bytes is none that can be counted with. */
const TOO_DEEP = {
  name: "",
  virtual_size: "81835382,1\n",
  stride: "",
  bits_per_pixel: "880518821",
  mode: "",
  modes: "",
  pan: "1,1\n",
  rotate: "1",
};

test("any sysfs gives framebuffers that can be drawn on, or none", (t) => {
  const board = new Board(t);
  board.framebuffer({ width: 320, height: 240, bitsPerPixel: 16 });
  const at = "/sys/class/graphics/fb0";
  const usual = fc.constantFrom("1", "8", "16", "24", "32", "240", "320", "640");
  const odd = fc.oneof(
    fc.integer().map(String),
    fc.constantFrom("", "0", "-1", "1e3", "0x10", "NaN", "99999999999999999999", "16\n\n", "16 bits"),
  );
  const number = fc.oneof({ arbitrary: usual, weight: 4 }, odd);
  const between = fc.oneof({ arbitrary: fc.constant(","), weight: 4 }, fc.constantFrom("x", " ", ""));
  const pair = fc.tuple(number, between, number).map(([a, by, b]) => `${a}${by}${b}\n`);
  const mode = fc.oneof(
    pair.map((size) => `U:${size.trim()}p-60\n`),
    fc.string(),
    fc.constant(""),
  );
  const anything = fc.string({ unit: "binary", maxLength: 40 });
  const runs = RUNS / 3;
  let found = 0;
  fc.assert(
    fc.property(
      fc.record({
        name: anything,
        virtual_size: fc.oneof(pair, anything),
        stride: number,
        bits_per_pixel: number,
        mode,
        modes: fc.array(mode, { maxLength: 4 }).map((modes) => modes.join("")),
        pan: pair,
        rotate: number,
      }),
      (files) => {
        for (const [name, content] of Object.entries(files)) board.write(`${at}/${name}`, content);
        const sysfs = new Sysfs(board.root);
        for (const framebuffer of listFramebuffers(sysfs)) {
          found += 1;
          const { visible, stride, bitsPerPixel, virtualWidth } = framebuffer;
          const numbers = [
            visible.x,
            visible.y,
            visible.width,
            visible.height,
            stride,
            bitsPerPixel,
            virtualWidth,
          ];
          assert.ok(numbers.every(Number.isSafeInteger), JSON.stringify(framebuffer));
          assert.ok(visible.width > 0 && visible.height > 0 && visible.x >= 0 && visible.y >= 0);
          formatOf(sysfs, framebuffer, null);
        }
        chooseFramebuffer(sysfs, { device: "", width: 0, height: 0 });
      },
    ),
    { numRuns: runs, examples: [[TOO_DEEP]] },
  );
  t.diagnostic(`${runs} fuzz cases, ${found} framebuffers found`);
});
