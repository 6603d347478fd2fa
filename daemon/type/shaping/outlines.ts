import { CURVE, LINE, MOVE } from "../glyphs.ts";

/** The outline that fontkit gives, moved by `dx` and `dy`. */
export function pathOf(
  commands: readonly { command: string; args: number[] }[],
  dx: number,
  dy: number,
): number[] {
  const path: number[] = [];
  let [x, y] = [0, 0];
  for (const { command, args } of commands) {
    const points = args.map((value, index) => value + (index % 2 === 0 ? dx : dy));
    if (command === "moveTo") path.push(MOVE, ...points);
    else if (command === "lineTo") path.push(LINE, ...points);
    else if (command === "quadraticCurveTo") path.push(CURVE, ...points);
    else if (command === "bezierCurveTo") path.push(...quadratics([x, y, ...points]));
    else continue;
    [x, y] = [points.at(-2) ?? 0, points.at(-1) ?? 0];
  }
  return path;
}

/** A cubic curve as four quadratic ones, which at the size of text is the same curve. */
function quadratics([x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0]: number[]): number[] {
  const parts = 4;
  const point = (t: number, a: number, b: number, c: number, d: number) => {
    const u = 1 - t;
    return u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
  };
  const slope = (t: number, a: number, b: number, c: number, d: number) => {
    const u = 1 - t;
    return 3 * (u * u * (b - a) + 2 * u * t * (c - b) + t * t * (d - c));
  };
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part / parts, (part + 1) / parts];
    const control = (a: number, b: number, c: number, d: number) => {
      const [start, end] = [point(from, a, b, c, d), point(to, a, b, c, d)];
      return (start + end) / 2 + ((slope(from, a, b, c, d) - slope(to, a, b, c, d)) * (to - from)) / 4;
    };
    return [
      CURVE,
      control(x0, x1, x2, x3),
      control(y0, y1, y2, y3),
      point(to, x0, x1, x2, x3),
      point(to, y0, y1, y2, y3),
    ];
  }).flat();
}
