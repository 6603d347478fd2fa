import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BITS_PER_PIXEL, encoder, piecesOf, rowBytes } from "../../../hw/picture/formats.ts";
import type { PixelFormat } from "../../../hw/picture/picture.ts";

const FORMATS = Object.keys(BITS_PER_PIXEL) as PixelFormat[];
const PALETTE = [0x000000, 0xffffff, 0x2060c0, 0xf0a010];

/** Stretches of one colour; further down, the same row with another stretch in it. */
const pictures = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 6 }))
  .chain(([width, height]) => {
    const stretch = fc.record({
      y: fc.nat(height - 1),
      x: fc.nat(width - 1),
      length: fc.nat(width),
      index: fc.nat(PALETTE.length - 1),
    });
    return fc.array(stretch, { maxLength: 12 }).map((stretches) => {
      const pixels = new Uint8Array(width * height);
      for (const { y, x, length, index } of stretches)
        for (let row = y; row < height; row++)
          pixels.fill(index, row * width + x, row * width + Math.min(width, x + length));
      return { width, height, pixels, palette: PALETTE };
    });
  });

test("the rows of any part are what their pixels are one by one, in every format and in pieces, and nothing is between them", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      pictures,
      fc.constantFrom(...FORMATS),
      fc.tuple(share, share, share, share),
      fc.nat(5),
      fc.integer({ min: 1, max: 12 }),
      (picture, format, [left, top, across, down], padding, rows) => {
        const [x, y] = [Math.floor(left * (picture.width - 1)), Math.floor(top * (picture.height - 1))];
        const width = Math.ceil(across * (picture.width - x - 1)) + 1;
        const height = Math.ceil(down * (picture.height - y - 1)) + 1;
        const encode = encoder(format, PALETTE);
        const length = rowBytes(format, width);
        const stride = length + padding;
        const wanted = new Uint8Array((height - 1) * stride + length);
        for (let row = 0; row < height; row++)
          encode(picture.pixels, (y + row) * picture.width + x, width, wanted, row * stride);
        const out = new Uint8Array(wanted.length);
        let next = y;
        for (const piece of piecesOf(encode, picture, { x, y, width, height }, stride, rows)) {
          assert.equal(piece.y, next);
          assert.ok(piece.height <= rows);
          out.set(piece.bytes, (piece.y - y) * stride);
          next += piece.height;
        }
        assert.deepEqual(out, wanted);
      },
    ),
    { numRuns: 1000 },
  );
});
