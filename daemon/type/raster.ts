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
  const { touched } = cells;
  for (let row = 0; row < height; row++) {
    const start = row * stride;
    const border = start + width;
    let sum = 0;
    for (let at = touched.indexOf(1, start); at >= 0 && at < border; ) {
      sum += areas[at] as number;
      let end = at + 1;
      if (touched[end] === 0) {
        // What lies between two edges is found by the engine's own search and not cell by cell.
        end = touched.indexOf(1, end);
        if (end < 0 || end > border) end = border;
      }
      let alpha = ((sum < 0 ? -sum : sum) * 255 + 0.5) | 0;
      if (alpha > 255) alpha = 255;
      if (alpha > 0) span(left + at - start, left + end - start, top + row, alpha);
      at = end;
    }
  }
}

interface Cells {
  readonly stride: number;
  readonly height: number;
  /** What an edge adds to the coverage of its cell and of all to the right of it. */
  readonly areas: Float32Array;
  /** 1 where an edge has been. */
  readonly touched: Uint8Array;
}

// What follows runs for every point of every glyph, at a start before it is optimized: nothing is allocated in it, and
// nothing called, not even Math.min, that a comparison can do.

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
  let from = topY;
  if (from < 0) from = 0;
  let fromX = topX + (from - topY) * slope;
  for (let row = Math.floor(from); row < height && row < bottomY; row++) {
    let to = row + 1;
    if (to > bottomY) to = bottomY;
    const toX = topX + (to - topY) * slope;
    const share = down ? to - from : from - to;
    let leftX = fromX;
    let rightX = toX;
    if (rightX < leftX) {
      leftX = toX;
      rightX = fromX;
    }
    if (leftX < 0) leftX = 0;
    if (rightX < 0) rightX = 0;
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
        let a = x;
        let b = x + 1;
        if (a < leftX) a = leftX;
        if (b > rightX) b = rightX;
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
    from = to;
    fromX = toX;
  }
}
