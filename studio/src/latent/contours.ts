// Where a density has its mass: on a grid, and the lines around so much of it.
import type { Covariance2, Point } from './plane.ts';

/** Values at the nodes of a grid, row by row from the lowest y on. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly values: Float64Array;
}

/** Beyond so many standard deviations a Gaussian adds nothing: e^{−18} of its height. */
const reach = 6;

/** The density (1/n) Σ N(point; mean_k, Σ_k) on a grid. @param covariances xx, xy, yy in turn, or one for all */
export function mixtureDensity(
  means: Float32Array,
  covariances: Float32Array | Covariance2,
  grid: Omit<Grid, 'values'>,
): Grid {
  const { columns, rows, x, y } = grid;
  const values = new Float64Array(columns * rows);
  const count = means.length / 2;
  const [dx, dy] = [(x[1] - x[0]) / (columns - 1), (y[1] - y[0]) / (rows - 1)];
  for (let k = 0; k < count; k++) {
    const [mx, my] = [means[2 * k]!, means[2 * k + 1]!];
    const isOwn = covariances instanceof Float32Array;
    // Narrower than a cell, a Gaussian could fall between the nodes: its mass is spread over about one.
    const xx = (isOwn ? covariances[3 * k]! : covariances.xx) + (dx / 2) ** 2;
    const xy = isOwn ? covariances[3 * k + 1]! : covariances.xy;
    const yy = (isOwn ? covariances[3 * k + 2]! : covariances.yy) + (dy / 2) ** 2;
    const determinant = xx * yy - xy * xy;
    const height = 1 / (2 * Math.PI * Math.sqrt(determinant) * count);
    const [rx, ry] = [reach * Math.sqrt(xx), reach * Math.sqrt(yy)];
    const [c0, c1] = span((mx - rx - x[0]) / dx, (mx + rx - x[0]) / dx, columns);
    const [r0, r1] = span((my - ry - y[0]) / dy, (my + ry - y[0]) / dy, rows);
    for (let row = r0; row <= r1; row++) {
      const v = y[0] + row * dy - my;
      for (let column = c0; column <= c1; column++) {
        const u = x[0] + column * dx - mx;
        const distance = (yy * u * u - 2 * xy * u * v + xx * v * v) / determinant;
        values[row * columns + column]! += height * Math.exp(-distance / 2);
      }
    }
  }
  return { ...grid, values };
}

function span(from: number, to: number, count: number): [number, number] {
  return [Math.max(0, Math.ceil(from)), Math.min(count - 1, Math.floor(to))];
}

/** Σ of Scott's rule for a kernel density of points, x and y in turn: that of the points times n^{−1/3} (Scott 1992, in two dimensions). */
export function kernelOf(points: Float32Array): Covariance2 {
  const count = points.length / 2;
  let [mx, my] = [0, 0];
  for (let k = 0; k < count; k++) {
    mx += points[2 * k]! / count;
    my += points[2 * k + 1]! / count;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (let k = 0; k < count; k++) {
    const [u, v] = [points[2 * k]! - mx, points[2 * k + 1]! - my];
    xx += (u * u) / (count - 1);
    xy += (u * v) / (count - 1);
    yy += (v * v) / (count - 1);
  }
  const factor = count ** (-1 / 3);
  return { xx: factor * xx, xy: factor * xy, yy: factor * yy };
}

/** The heights above which a density has such shares of the mass that is on the grid. */
export function massLevels({ values }: Grid, shares: readonly number[]): number[] {
  const sorted = values.toSorted().reverse();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  return shares.map((share) => {
    let sum = 0;
    for (const value of sorted) {
      sum += value;
      if (sum >= share * total) return value;
    }
    return 0;
  });
}

/** Where a grid's linear interpolant has a value: segments, four coordinates each (marching squares). */
export function contour({ columns, rows, x, y, values }: Grid, level: number): Float64Array {
  const segments: number[] = [];
  const [dx, dy] = [(x[1] - x[0]) / (columns - 1), (y[1] - y[0]) / (rows - 1)];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const at = row * columns + column;
      const corners = [values[at]!, values[at + 1]!, values[at + columns + 1]!, values[at + columns]!] as const;
      const crossings: Point[] = [];
      corners.forEach((value, k) => {
        const next = corners[(k + 1) % 4]!;
        if (value >= level === next >= level) return;
        const share = (level - value) / (next - value);
        const [fx, fy] = corner(k);
        const [tx, ty] = corner((k + 1) % 4);
        crossings.push({
          x: x[0] + (column + fx + share * (tx - fx)) * dx,
          y: y[0] + (row + fy + share * (ty - fy)) * dy,
        });
      });
      // Of a saddle, what is high in the middle belongs together.
      const mean = (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
      const isTurned = crossings.length === 4 && mean >= level === corners[0] >= level;
      const order = crossings.length === 2 ? [0, 1] : isTurned ? [0, 1, 2, 3] : [3, 0, 1, 2];
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        const [from, to] = [crossings[order[k]!]!, crossings[order[k + 1]!]!];
        segments.push(from.x, from.y, to.x, to.y);
      }
    }
  }
  return Float64Array.from(segments);
}

/** The corners of a cell, around it. */
function corner(k: number): readonly [number, number] {
  return [k === 1 || k === 2 ? 1 : 0, k >= 2 ? 1 : 0];
}
