import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { create, type QRCodeErrorCorrectionLevel } from "qrcode";
import { fitQr, qrMatrix, qrPayload } from "../../../daemon/qr/qr.ts";

test("scheme and host become capitals, the rest stays as it is", () => {
  for (const [link, payload] of [
    ["https://next.frame.io/pair/482913", "HTTPS://NEXT.FRAME.IO/pair/482913"],
    ["https://next.frame.io/Pair?Code=1#Top", "HTTPS://NEXT.FRAME.IO/Pair?Code=1#Top"],
    ["http://127.0.0.1:8620/pair", "HTTP://127.0.0.1:8620/pair"],
    ["https://next.frame.io", "HTTPS://NEXT.FRAME.IO"],
    ["https://User@next.frame.io/a", "https://User@next.frame.io/a"],
    ["not a link", "not a link"],
  ] as const)
    assert.equal(qrPayload(link), payload);
});

test("Frame.io's link fits version 2, with error correction M", () => {
  assert.equal(qrMatrix(qrPayload("https://next.frame.io/pair/482913")).size, 25);
  // The same link without capitals needs a larger symbol for as much correction.
  const format = formatBits(qrMatrix(qrPayload("https://next.frame.io/pair/482913")));
  assert.equal(format >> 13, 0b00, "M is 00 in ISO/IEC 18004 table 12");
});

/** The 15 format bits beside the upper left finder, most significant first, with their mask taken off (§7.9). */
function formatBits(matrix: ReturnType<typeof qrMatrix>): number {
  const places = [0, 1, 2, 3, 4, 5, 7, 8].map((x) => [x, 8] as const);
  const rest = [7, 5, 4, 3, 2, 1, 0].map((y) => [8, y] as const);
  const bits = [...places, ...rest].reduce((sum, [x, y]) => sum * 2 + (matrix.dark(x, y) ? 1 : 0), 0);
  return bits ^ 0b101010000010010;
}

test("a shorter link gets stronger correction instead of a smaller symbol", () => {
  const matrix = qrMatrix("HTTPS://F.IO");
  assert.equal(matrix.size, 21);
  assert.equal(formatBits(matrix) >> 13, 0b11, "Q is 11");
});

/** Every level tried out whole. */
function exhaustive(payload: string): { readonly size: number; readonly data: readonly number[] } | null {
  const levels: readonly QRCodeErrorCorrectionLevel[] = ["H", "Q", "M", "L"];
  const symbols = levels.flatMap((errorCorrectionLevel) => {
    try {
      return [create(payload, { errorCorrectionLevel }).modules];
    } catch {
      return [];
    }
  });
  const smallest = Math.min(...symbols.map(({ size }) => size));
  const best = symbols.find(({ size }) => size === smallest);
  return best === undefined ? null : { size: best.size, data: [...best.data] };
}

function modulesOf({ size, dark }: ReturnType<typeof qrMatrix>) {
  return {
    size,
    data: Array.from({ length: size * size }, (_, at) => Number(dark(at % size, Math.floor(at / size)))),
  };
}

test("the symbol is the one that is found when every level is tried out with every mask", () => {
  const part = fc.constantFrom("HTTPS://NEXT.FRAME.IO/", "pair/", "482913", "?code=", "ABC-", "é", "日本");
  const payload = fc.array(fc.oneof(part, fc.string({ minLength: 1, maxLength: 12 })), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(payload, (parts) => {
      assert.deepEqual(modulesOf(qrMatrix(parts.join(""))), exhaustive(parts.join("")));
    }),
    { numRuns: 100 },
  );
  for (const length of [180, 230, 1273, 2331, 2953])
    assert.deepEqual(modulesOf(qrMatrix("x".repeat(length))), exhaustive("x".repeat(length)));
});

test("a link beyond any symbol is refused", () => {
  assert.throws(() => qrMatrix("x".repeat(3000)), RangeError);
});

test("a fit is whole pixels, within its square, with two to four modules of white, at two pixels a module or more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4000 }), (version, side) => {
      const size = 17 + 4 * version;
      const fit = fitQr(size, side);
      if (fit === null) {
        assert.ok(side < (size + 4) * 2);
        return;
      }
      assert.ok(Number.isInteger(fit.module) && fit.module >= 2);
      assert.ok(Number.isInteger(fit.quiet) && fit.quiet >= 2 * fit.module && fit.quiet <= 4 * fit.module);
      assert.ok(size * fit.module + 2 * fit.quiet <= side);
      assert.ok((size + 8) * (fit.module + 1) > side, "the next size would have fitted");
    }),
  );
});

test("size goes before white where both are short", () => {
  assert.deepEqual(fitQr(25, 64), { module: 2, quiet: 7 });
  assert.deepEqual(fitQr(25, 240), { module: 7, quiet: 28 });
  assert.deepEqual(fitQr(25, 57), null);
});
