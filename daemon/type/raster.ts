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
  let [x, y, startX, startY] = [0, 0, 0, 0];
  const toX = (units: number) => units * scale + shift - left;
  const toY = (units: number) => -units * scale - top;
  const lineTo = (nextX: number, nextY: number) => {
    addEdge(cells, x, y, nextX, nextY);
    x = nextX;
    y = nextY;
  };
  for (let at = 0; at < path.length; ) {
    const command = path[at];
    const x1 = toX(path[at + 1] ?? 0);
    const y1 = toY(path[at + 2] ?? 0);
    if (command === MOVE) {
      lineTo(startX, startY);
      [x, y, startX, startY] = [x1, y1, x1, y1];
      at += 3;
    } else if (command === LINE) {
      lineTo(x1, y1);
      at += 3;
    } else if (command === CURVE) {
      const x2 = toX(path[at + 3] ?? 0);
      const y2 = toY(path[at + 4] ?? 0);
      // The error of n chords is a quarter of the control point's deviation over n squared; a tenth of a pixel is none.
      const deviation = Math.hypot(x - 2 * x1 + x2, y - 2 * y1 + y2);
      const steps = Math.max(1, Math.ceil(Math.sqrt(deviation * 2.5)));
      const [fromX, fromY] = [x, y];
      for (let step = 1; step <= steps; step++) {
        const t = step / steps;
        const u = 1 - t;
        lineTo(u * u * fromX + 2 * u * t * x1 + t * t * x2, u * u * fromY + 2 * u * t * y1 + t * t * y2);
      }
      at += 5;
    } else throw new RangeError(`not a path: ${command}`);
  }
  lineTo(startX, startY);

  for (let row = 0; row < height; row++) {
    const start = row * stride;
    let sum = 0;
    for (let column = nextEdge(cells, start) - start; column < width; ) {
      sum += areas[start + column] ?? 0;
      const alpha = Math.min(255, Math.round(Math.abs(sum) * 255));
      const end = Math.min(width, nextEdge(cells, start + column + 1) - start);
      if (alpha > 0) span(left + column, left + end, top + row, alpha);
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

function bounds(path: Path): { minX: number; minY: number; maxX: number; maxY: number } {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < path.length; ) {
    const points = path[at] === CURVE ? 2 : 1;
    for (let point = 0; point < points; point++) {
      const x = path[at + 1 + point * 2] ?? 0;
      const y = path[at + 2 + point * 2] ?? 0;
      minX = Math.min(minX, x);
      maxX = Math.max(maxX, x);
      minY = Math.min(minY, y);
      maxY = Math.max(maxY, y);
    }
    at += 1 + points * 2;
  }
  return { minX, minY, maxX, maxY };
}

/** Adds the signed area between an edge and the right border of the box, row by row and cell by cell. */
function addEdge(cells: Cells, x0: number, y0: number, x1: number, y1: number): void {
  if (y0 === y1) return;
  const { stride, height } = cells;
  const direction = y0 < y1 ? 1 : -1;
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
  const slope = (bottomX - topX) / (bottomY - topY);
  const lastRow = Math.min(height - 1, Math.ceil(bottomY) - 1);
  for (let row = Math.max(0, Math.floor(topY)); row <= lastRow; row++) {
    const from = Math.max(topY, row);
    const to = Math.min(bottomY, row + 1);
    const share = (to - from) * direction;
    if (share === 0) continue;
    const fromX = topX + (from - topY) * slope;
    const toX = topX + (to - topY) * slope;
    const leftX = Math.max(0, Math.min(fromX, toX));
    const rightX = Math.max(0, Math.max(fromX, toX));
    const perPixel = rightX > leftX ? share / (rightX - leftX) : 0;
    const last = Math.max(Math.floor(leftX), Math.ceil(rightX) - 1);
    let crossed = 0;
    let area = 0;
    for (let cell = Math.floor(leftX); cell <= last; cell++) {
      const a = Math.max(leftX, cell);
      const b = Math.min(rightX, cell + 1);
      const here = perPixel === 0 ? share : perPixel * (b - a);
      const next = crossed + here * (1 - ((a + b) / 2 - cell));
      add(cells, row * stride + cell, next - area);
      crossed += here;
      area = next;
    }
    add(cells, row * stride + last + 1, share - area);
  }
}

function add({ areas, touched }: Cells, at: number, value: number): void {
  areas[at] = (areas[at] ?? 0) + value;
  touched[at] = 1;
}
