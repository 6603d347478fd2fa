import { CURVE, LINE, MOVE, type Path } from "./glyphs.ts";

/**
 * A stretch of a row that is covered evenly.
 *
 * @param x of its first pixel, relative to the origin that the path was placed at
 * @param end of the pixel after its last
 * @param y downwards
 * @param alpha how much of each pixel is covered, 1 to 255
 */
export type Span = (x: number, end: number, y: number, alpha: number) => void;

/**
 * Fills a path. Each edge adds its signed area to the cells that it crosses, and a running sum along every row turns
 * that into coverage: exact antialiasing in one pass, in memory of the shape's own box. What lies between two edges is
 * one span, however wide.
 *
 * @param path in units with y upwards
 * @param scale pixels a unit
 * @param shift fraction of a pixel that the shape is moved to the right
 * @param span told of row after row, from left to right
 */
export function fill(path: Path, scale: number, shift: number, span: Span): void {
  const { minX, minY, maxX, maxY } = bounds(path);
  const left = Math.floor(minX * scale + shift);
  const top = Math.floor(-maxY * scale);
  const width = Math.max(0, Math.ceil(maxX * scale + shift) - left);
  const height = Math.max(0, Math.ceil(-minY * scale) - top);
  if (path.length === 0 || width === 0 || height === 0) return;

  // One column more than the box: an edge on its right border still writes to the cell beyond.
  const stride = width + 1;
  const areas = new Float32Array(stride * height + 1);
  const cells: Cells = { stride, height, areas, touched: new Uint8Array(areas.length) };
  addEdges(cells, path, scale, shift - left, -top);
  for (let row = 0; row < height; row++) {
    const start = row * stride;
    let sum = 0;
    for (let column = nextEdge(cells, start) - start; column < width; ) {
      sum += areas[start + column] as number;
      const alpha = Math.round(Math.abs(sum) * 255);
      const next = nextEdge(cells, start + column + 1) - start;
      const end = Math.min(next, width);
      if (alpha > 0) span(left + column, left + end, top + row, Math.min(alpha, 255));
      column = end;
    }
  }
}

interface Cells {
  readonly stride: number;
  readonly height: number;
  /** What an edge adds to the coverage of its cell and of all to the right of it. */
  readonly areas: Float32Array;
  /** 1 where an edge has been: what lies between is found by the engine's own search and not cell by cell. */
  readonly touched: Uint8Array;
}

/** The first cell from `at` on that an edge has touched; Infinity where none has. */
function nextEdge({ touched }: Cells, at: number): number {
  if (touched[at] === 1) return at;
  const found = touched.indexOf(1, at);
  return found < 0 ? Infinity : found;
}

// What follows runs for every point of every glyph, at a start before any of it is optimized: nothing is allocated in it.

function bounds(path: Path): { minX: number; minY: number; maxX: number; maxY: number } {
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  for (let at = 0; at < path.length; ) {
    const end = at + (path[at] === CURVE ? 5 : 3);
    for (at++; at < end; at += 2) {
      const x = path[at] as number;
      const y = path[at + 1] as number;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
  }
  return { minX, minY, maxX, maxY };
}

/** Adds the edges of a path whose origin lies at (`left`, `top`) in the cells. */
function addEdges(cells: Cells, path: Path, scale: number, left: number, top: number): void {
  let x = 0;
  let y = 0;
  let startX = 0;
  let startY = 0;
  for (let at = 0; at < path.length; ) {
    const command = path[at];
    const x1 = (path[at + 1] as number) * scale + left;
    const y1 = -(path[at + 2] as number) * scale + top;
    if (command === MOVE) {
      addEdge(cells, x, y, startX, startY);
      startX = x = x1;
      startY = y = y1;
      at += 3;
    } else if (command === LINE) {
      addEdge(cells, x, y, x1, y1);
      x = x1;
      y = y1;
      at += 3;
    } else if (command === CURVE) {
      const x2 = (path[at + 3] as number) * scale + left;
      const y2 = -(path[at + 4] as number) * scale + top;
      // The error of n chords is a quarter of the control point's deviation over n squared; a tenth of a pixel is none.
      const deviation = Math.hypot(x - 2 * x1 + x2, y - 2 * y1 + y2);
      const steps = Math.max(1, Math.ceil(Math.sqrt(deviation * 2.5)));
      const fromX = x;
      const fromY = y;
      for (let step = 1; step <= steps; step++) {
        const t = step / steps;
        const u = 1 - t;
        const nextX = u * u * fromX + 2 * u * t * x1 + t * t * x2;
        const nextY = u * u * fromY + 2 * u * t * y1 + t * t * y2;
        addEdge(cells, x, y, nextX, nextY);
        x = nextX;
        y = nextY;
      }
      at += 5;
    } else throw new RangeError(`not a path: ${command}`);
  }
  addEdge(cells, x, y, startX, startY);
}

/** Adds the signed area between an edge and the right border of the box, row by row and cell by cell. */
function addEdge(cells: Cells, x0: number, y0: number, x1: number, y1: number): void {
  if (y0 === y1) return;
  const { stride, height, areas, touched } = cells;
  const down = y0 < y1;
  const topX = down ? x0 : x1;
  const topY = down ? y0 : y1;
  const bottomY = down ? y1 : y0;
  const slope = (x1 - x0) / (y1 - y0);
  for (let row = topY > 0 ? Math.floor(topY) : 0; row < height && row < bottomY; row++) {
    const from = Math.max(topY, row);
    const to = Math.min(bottomY, row + 1);
    const share = down ? to - from : from - to;
    const fromX = topX + (from - topY) * slope;
    const toX = topX + (to - topY) * slope;
    const leftmost = Math.min(fromX, toX);
    const rightmost = Math.max(fromX, toX);
    const leftX = Math.max(leftmost, 0);
    const rightX = Math.max(rightmost, 0);
    const cell = Math.floor(leftX);
    let at = row * stride + cell;
    let area = 0;
    if (rightX <= cell + 1) {
      // Most edges cross a row within one cell.
      area = share * (1 - ((leftX + rightX) / 2 - cell));
      areas[at] = (areas[at] as number) + area;
      touched[at++] = 1;
    } else {
      const perPixel = share / (rightX - leftX);
      let crossed = 0;
      for (let x = cell; x < rightX; x++) {
        const a = Math.max(leftX, x);
        const b = Math.min(rightX, x + 1);
        const here = perPixel * (b - a);
        const next = crossed + here * (1 - ((a + b) / 2 - x));
        areas[at] = (areas[at] as number) + (next - area);
        touched[at++] = 1;
        crossed += here;
        area = next;
      }
    }
    areas[at] = (areas[at] as number) + (share - area);
    touched[at] = 1;
  }
}
