import type { Sign } from "../contract/states.ts";
import { CURVE, LINE, MOVE, type Path } from "../type/glyphs.ts";

/** One shape of a symbol, in a square from (-1, -1) to (1, 1), y upwards. */
export interface Layer {
  readonly path: Path;
  /** Cut out of the layers before it, instead of drawn on them. */
  readonly cut: boolean;
}

const RIM = 0.15;
const STROKE = 0.17;

export const SYMBOLS: Readonly<Record<Sign, readonly Layer[]>> = {
  done: [
    drawn(disc(0, 0, 1)),
    cut([...stroke([-0.42, 0.02], [-0.1, -0.32]), ...stroke([-0.1, -0.32], [0.44, 0.34])]),
  ],
  attention: [drawn([...ring(), ...stroke([0, 0.46], [0, -0.1]), ...disc(0, -0.44, 0.12)])],
  clock: [drawn([...ring(), ...stroke([0, 0.5], [0, 0]), ...stroke([0, 0], [0.34, -0.2])])],
  rest: [
    drawn([...ring(), ...stroke([-0.22, 0.32], [-0.22, -0.32]), ...stroke([0.22, 0.32], [0.22, -0.32])]),
  ],
  wait: [drawn([...ring(), ...disc(-0.5, 0, 0.17), ...disc(0, 0, 0.17), ...disc(0.5, 0, 0.17)])],
  offline: [
    drawn([...fan(1.36), ...fan(0.9), ...fan(0.44), ...disc(0, -0.66, 0.13)]),
    cut(stroke([-0.72, 0.8], [0.8, -0.72], 0.44)),
    drawn(stroke([-0.8, 0.72], [0.72, -0.8])),
  ],
};

function drawn(path: Path): Layer {
  return { path, cut: false };
}

function cut(path: Path): Layer {
  return { path, cut: true };
}

/** A disc, anticlockwise; a negative radius gives it clockwise, which makes a hole in what it lies on. */
export function disc(x: number, y: number, radius: number): number[] {
  const r = Math.abs(radius);
  const path = [MOVE, x + r, y, ...arc(x, y, r, 0, 2 * Math.PI)];
  return radius > 0 ? path : [MOVE, x + r, y, ...arc(x, y, r, 2 * Math.PI, 0)];
}

function ring(): number[] {
  return [...disc(0, 0, 1), ...disc(0, 0, -(1 - RIM))];
}

/** A line with round ends. */
function stroke(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  width = STROKE,
): number[] {
  const r = width / 2;
  const along = Math.atan2(y1 - y0, x1 - x0);
  const side = along + Math.PI / 2;
  return [
    MOVE,
    x0 + r * Math.cos(side),
    y0 + r * Math.sin(side),
    ...arc(x0, y0, r, side, side + Math.PI),
    LINE,
    x1 - r * Math.cos(side),
    y1 - r * Math.sin(side),
    ...arc(x1, y1, r, side - Math.PI, side),
  ];
}

/** A quarter of a ring above the point where radio waves come from. */
function fan(radius: number): number[] {
  const [from, to] = [Math.PI / 4, (3 * Math.PI) / 4];
  const [x, y] = [0, -0.66];
  const inner = radius - STROKE;
  return [
    MOVE,
    x + radius * Math.cos(from),
    y + radius * Math.sin(from),
    ...arc(x, y, radius, from, to),
    LINE,
    x + inner * Math.cos(to),
    y + inner * Math.sin(to),
    ...arc(x, y, inner, to, from),
  ];
}

/** Quadratic curves along a circle, each an eighth of a right angle at most: the error is below a thousandth. */
function arc(x: number, y: number, radius: number, from: number, to: number): number[] {
  const steps = Math.ceil(Math.abs(to - from) / (Math.PI / 8));
  return Array.from({ length: steps }, (_, step) => {
    const a = from + ((to - from) * step) / steps;
    const b = from + ((to - from) * (step + 1)) / steps;
    const reach = radius / Math.cos((b - a) / 2);
    return [
      CURVE,
      x + reach * Math.cos((a + b) / 2),
      y + reach * Math.sin((a + b) / 2),
      x + radius * Math.cos(b),
      y + radius * Math.sin(b),
    ];
  }).flat();
}
