import type { PenPoint } from './strokes.ts';

/** Straight pieces of drawn strokes: x, y and pen radius at both ends, six numbers a piece, in pixels. */
export interface Path {
  readonly pieces: Float64Array;
  readonly count: number;
}

/** Straight pieces between two neighbouring pen points. */
const piecesPerSpan = 6;
/** Width of the soft edge of a line, in pixels. */
const edge = 1.4;

/**
 * The smooth curves through the strokes' points, as straight pieces with radius `radius` (1 at full pressure): Catmull–Rom
 * splines that are cut at corners. Only + − × ÷ √ are used, so that a digit is the same on every machine.
 */
export function tracePath(strokes: readonly (readonly PenPoint[])[], radius: number): Path {
  const spans = strokes.reduce((sum, stroke) => sum + stroke.length - 1, 0);
  const pieces = new Float64Array(spans * piecesPerSpan * 6);
  let at = 0;
  for (const stroke of strokes) {
    const last = stroke.length - 1;
    for (let span = 0; span < last; span++) {
      const from = stroke[span]!;
      const to = stroke[span + 1]!;
      // Before a start and after a corner the curve has no neighbour: extend it straight.
      const before = span > 0 && !from[2] ? stroke[span - 1]! : reflect(to, from);
      const after = span + 1 < last && !to[2] ? stroke[span + 2]! : reflect(from, to);
      let [x, y] = from;
      for (let piece = 1; piece <= piecesPerSpan; piece++) {
        const t = piece / piecesPerSpan;
        const nextX = catmullRom(before[0], from[0], to[0], after[0], t);
        const nextY = catmullRom(before[1], from[1], to[1], after[1], t);
        const position = span + t;
        pieces[at++] = x;
        pieces[at++] = y;
        pieces[at++] = radius * pressure(position - 1 / piecesPerSpan, last);
        pieces[at++] = nextX;
        pieces[at++] = nextY;
        pieces[at++] = radius * pressure(position, last);
        x = nextX;
        y = nextY;
      }
    }
  }
  return { pieces, count: pieces.length / 6 };
}

function reflect(point: PenPoint, center: PenPoint): PenPoint {
  return [2 * center[0] - point[0], 2 * center[1] - point[1]];
}

function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** The pen is set down and lifted a little lighter than it writes. */
function pressure(position: number, length: number): number {
  const fromEnd = Math.min(position, length - position);
  return fromEnd < 1 ? 0.82 + 0.18 * fromEnd : 1;
}

/**
 * Draws the path with a round, soft-edged pen into `size` × `size` bytes, which must be zero: each pixel gets the coverage
 * by the nearest piece (a distance field), ink being 255.
 */
export function drawPath(path: Path, size: number, out: Uint8Array): void {
  const { pieces, count } = path;
  for (let k = 0; k < count; k++) {
    const at = k * 6;
    const x0 = pieces[at]!;
    const y0 = pieces[at + 1]!;
    const r0 = pieces[at + 2]!;
    const dx = pieces[at + 3]! - x0;
    const dy = pieces[at + 4]! - y0;
    const dr = pieces[at + 5]! - r0;
    const reach = Math.max(r0, r0 + dr) + edge / 2;
    const left = Math.max(0, Math.ceil(Math.min(x0, x0 + dx) - reach - 0.5));
    const right = Math.min(size - 1, Math.floor(Math.max(x0, x0 + dx) + reach - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(y0, y0 + dy) - reach - 0.5));
    const bottom = Math.min(size - 1, Math.floor(Math.max(y0, y0 + dy) + reach - 0.5));
    const inverse = 1 / Math.max(dx * dx + dy * dy, 1e-12);
    for (let py = top; py <= bottom; py++) {
      for (let px = left; px <= right; px++) {
        const ox = px + 0.5 - x0;
        const oy = py + 0.5 - y0;
        const t = Math.min(1, Math.max(0, (ox * dx + oy * dy) * inverse));
        const ex = ox - t * dx;
        const ey = oy - t * dy;
        const inside = (r0 + t * dr - Math.sqrt(ex * ex + ey * ey)) / edge + 0.5;
        if (inside <= 0) continue;
        const c = Math.min(1, inside);
        const ink = Math.round(255 * c * c * (3 - 2 * c));
        const pixel = py * size + px;
        if (ink > out[pixel]!) out[pixel] = ink;
      }
    }
  }
}
