// Linear views of a latent space: two directions in it, and the way back.

/** Coordinates a(z − center), b(z − center) of codes z by two orthonormal directions; of one dimension, `b` is absent. */
export interface Plane {
  readonly center: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array | undefined;
  /** What the axes are called. */
  readonly names: readonly [string, string];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A symmetric 2 × 2 matrix. */
export interface Covariance2 {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** The plane of two latent dimensions, counted from 0. */
export function pairPlane(latent: number, i: number, j: number): Plane {
  const unit = (k: number): Float64Array => Float64Array.from({ length: latent }, (_, at) => (at === k ? 1 : 0));
  const center = new Float64Array(latent);
  if (latent === 1) return { center, a: unit(0), b: undefined, names: ['z1', 'σ of z1'] };
  return { center, a: unit(i), b: unit(j), names: [`z${i + 1}`, `z${j + 1}`] };
}

/** The plane of the first two of some principal axes, [axes, latent] row by row. */
export function axesPlane(mean: Float64Array, axes: ArrayLike<number>, explained: ArrayLike<number>): Plane {
  const latent = mean.length;
  const axis = (k: number): Float64Array =>
    Float64Array.from({ length: latent }, (_, at) => axes[k * latent + at] ?? NaN);
  const name = (k: number): string => `PC ${k + 1} (${(100 * (explained[k] ?? 0)).toFixed(0)} % of the variance)`;
  if (latent === 1) return { center: mean, a: axis(0), b: undefined, names: [name(0), 'σ of z1'] };
  return { center: mean, a: axis(0), b: axis(1), names: [name(0), name(1)] };
}

/** Coordinates of codes [n, latent], x and y in turn. @param spread stands on the second axis, where the space has one dimension */
export function projectAll(plane: Plane, codes: Float32Array, spread?: Float32Array): Float32Array {
  const { center, a, b } = plane;
  const latent = center.length;
  const count = codes.length / latent;
  const out = new Float32Array(2 * count);
  for (let row = 0; row < count; row++) {
    let [x, y] = [0, b ? 0 : (spread?.[row] ?? 0)];
    for (let k = 0; k < latent; k++) {
      const deviation = codes[row * latent + k]! - center[k]!;
      x += a[k]! * deviation;
      if (b) y += b[k]! * deviation;
    }
    out[2 * row] = x;
    out[2 * row + 1] = y;
  }
  return out;
}

/** Where one code lies. */
export function project({ center, a, b }: Plane, z: ArrayLike<number>): Point {
  let [x, y] = [0, 0];
  for (let k = 0; k < center.length; k++) {
    const deviation = z[k]! - center[k]!;
    x += a[k]! * deviation;
    if (b) y += b[k]! * deviation;
  }
  return { x, y };
}

/** The code nearest to `from` that lies at a point of the plane: what is perpendicular to the plane stays as it is. */
export function lift(plane: Plane, point: Point, from: ArrayLike<number>): Float64Array {
  const now = project(plane, from);
  const { a, b } = plane;
  return Float64Array.from(
    { length: a.length },
    (_, k) => from[k]! + a[k]! * (point.x - now.x) + (b ? b[k]! * (point.y - now.y) : 0),
  );
}

/** P Σ Pᵀ of a Σ that is packed: its lower triangle, row by row. Of one dimension the interval σ² along the first axis. */
export function projectPacked({ a, b: second }: Plane, packed: ArrayLike<number>, offset = 0): Covariance2 {
  const latent = a.length;
  const b = second ?? none(a);
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0, at = offset; i < latent; i++) {
    for (let j = 0; j <= i; j++, at++) {
      const value = packed[at]!;
      // Off the diagonal each stands for two.
      const twice = i === j ? 1 : 2;
      xx += twice * a[i]! * value * a[j]!;
      yy += twice * b[i]! * value * b[j]!;
      xy += i === j ? a[i]! * value * b[i]! : value * (a[i]! * b[j]! + a[j]! * b[i]!);
    }
  }
  return { xx, xy, yy };
}

/** P diag(σ²) Pᵀ. */
export function projectDiagonal({ a, b: second }: Plane, stddev: ArrayLike<number>, offset = 0): Covariance2 {
  const b = second ?? none(a);
  let [xx, xy, yy] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    const variance = stddev[offset + k]! ** 2;
    xx += a[k]! ** 2 * variance;
    xy += a[k]! * b[k]! * variance;
    yy += b[k]! ** 2 * variance;
  }
  return { xx, xy, yy };
}

/** A direction that goes nowhere. */
const none = (a: Float64Array): Float64Array => new Float64Array(a.length);

/** The half-axes of the ellipse of one standard deviation: what Σ^{1/2} makes of the unit circle. */
export interface EllipseAxes {
  /** Standard deviations along the axes, the larger first: the eigenvalues of Σ^{1/2}. */
  readonly major: number;
  readonly minor: number;
  /** Of the larger, from the first axis on, in radians. */
  readonly angle: number;
}

export function ellipseAxes({ xx, xy, yy }: Covariance2): EllipseAxes {
  const [middle, half] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
  return {
    major: Math.sqrt(Math.max(0, middle + half)),
    // Without cancellation: the determinant over the larger eigenvalue.
    minor: middle + half > 0 ? Math.sqrt(Math.max(0, (xx * yy - xy * xy) / (middle + half))) : 0,
    angle: Math.atan2(2 * xy, xx - yy) / 2,
  };
}
