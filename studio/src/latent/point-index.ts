import type { Point } from './plane.ts';

/** Points of a plane by the cells of a grid, so that what lies near is found without looking at all. */
export class PointIndex {
  readonly #points: Float32Array;
  readonly #side: number;
  readonly #low: Point;
  readonly #cell: Point;
  /** Where each cell's points begin in `#order`. */
  readonly #starts: Uint32Array;
  readonly #order: Uint32Array;
  readonly bounds: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };

  /** @param points x and y in turn; what is not finite is nowhere */
  constructor(points: Float32Array) {
    this.#points = points;
    const count = points.length / 2;
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let k = 0; k < points.length; k += 2) {
      const [x, y] = [points[k]!, points[k + 1]!];
      if (!Number.isFinite(x + y)) continue;
      [x0, x1, y0, y1] = [Math.min(x0, x), Math.max(x1, x), Math.min(y0, y), Math.max(y1, y)];
    }
    // Of none, where a standard normal has its mass.
    if (x0 > x1) [x0, x1, y0, y1] = [-3.5, 3.5, -3.5, 3.5];
    this.bounds = { x: [x0, x1], y: [y0, y1] };
    this.#side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(count / 4))));
    this.#low = { x: x0, y: y0 };
    this.#cell = { x: (x1 - x0) / this.#side || 1, y: (y1 - y0) / this.#side || 1 };
    const cells = new Int32Array(count).fill(-1);
    this.#starts = new Uint32Array(this.#side ** 2 + 1);
    for (let k = 0; k < count; k++) {
      const [x, y] = [points[2 * k]!, points[2 * k + 1]!];
      if (!Number.isFinite(x + y)) continue;
      cells[k] = this.#row(y) * this.#side + this.#column(x);
      this.#starts[cells[k]! + 1]!++;
    }
    for (let k = 0; k < this.#side ** 2; k++) this.#starts[k + 1]! += this.#starts[k]!;
    const at = this.#starts.slice();
    this.#order = new Uint32Array(this.#starts.at(-1) ?? 0);
    cells.forEach((cell, k) => {
      if (cell >= 0) this.#order[at[cell]!++] = k;
    });
  }

  /** The point nearest to a place, within a distance; undefined where there is none. Lengths are weighed as the screen shows them. */
  nearest(place: Point, within: Point): number | undefined {
    let best: number | undefined;
    let least = 1;
    this.visit([place.x - within.x, place.x + within.x], [place.y - within.y, place.y + within.y], (index) => {
      const dx = (this.#points[2 * index]! - place.x) / within.x;
      const dy = (this.#points[2 * index + 1]! - place.y) / within.y;
      const distance = dx * dx + dy * dy;
      if (distance > least) return;
      least = distance;
      best = index;
    });
    return best;
  }

  /** Every point in a rectangle. */
  visit(x: readonly [number, number], y: readonly [number, number], take: (index: number) => void): void {
    const points = this.#points;
    for (let row = this.#row(y[0]); row <= this.#row(y[1]); row++) {
      for (let column = this.#column(x[0]); column <= this.#column(x[1]); column++) {
        const cell = row * this.#side + column;
        for (let at = this.#starts[cell]!; at < this.#starts[cell + 1]!; at++) {
          const index = this.#order[at]!;
          const [px, py] = [points[2 * index]!, points[2 * index + 1]!];
          if (px >= x[0] && px <= x[1] && py >= y[0] && py <= y[1]) take(index);
        }
      }
    }
  }

  /** The points within a polygon (even–odd rule), in order. */
  within(polygon: readonly Point[]): number[] {
    const xs = polygon.map(({ x }) => x);
    const ys = polygon.map(({ y }) => y);
    const found: number[] = [];
    if (polygon.length < 3) return found;
    this.visit([Math.min(...xs), Math.max(...xs)], [Math.min(...ys), Math.max(...ys)], (index) => {
      if (isInside(polygon, { x: this.#points[2 * index]!, y: this.#points[2 * index + 1]! })) found.push(index);
    });
    return found.sort((a, b) => a - b);
  }

  #column(x: number): number {
    return Math.min(this.#side - 1, Math.max(0, Math.floor((x - this.#low.x) / this.#cell.x)));
  }

  #row(y: number): number {
    return Math.min(this.#side - 1, Math.max(0, Math.floor((y - this.#low.y) / this.#cell.y)));
  }
}

/** Whether a ray from the point on crosses the polygon's edge an odd number of times. */
export function isInside(polygon: readonly Point[], { x, y }: Point): boolean {
  let inside = false;
  polygon.forEach((a, k) => {
    const b = polygon[(k + 1) % polygon.length]!;
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  });
  return inside;
}
