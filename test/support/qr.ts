import jsqr from "jsqr";

/** The text of a QR code in half blocks on a dark terminal, as a phone would read it; null where there is none. */
export function decodeTerminal(lines: readonly string[]): string | null {
  const dark: boolean[][] = [];
  for (const line of lines) {
    const cells = [...line];
    dark.push(cells.map((cell) => cell === "▄" || cell === " "));
    dark.push(cells.map((cell) => cell === "▀" || cell === " "));
  }
  const scale = 4;
  const width = Math.max(...dark.map((row) => row.length)) * scale;
  const height = dark.length * scale;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (dark[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true)
        pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
  return jsqr.default(pixels, width, height)?.data ?? null;
}
