import { cholesky, eigh, sqrtmh } from 'rootsigma/linalg';
import type { NdArray } from 'rootsigma/core';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A symmetric 2 × 2 matrix, definite or not. */
export interface Covariance {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** [[a, b], [c, d]] */
export interface Matrix {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export const identity: Matrix = { a: 1, b: 0, c: 0, d: 1 };

export function nested({ xx, xy, yy }: Covariance): number[][] {
  return [
    [xx, xy],
    [xy, yy],
  ];
}

export function rows({ a, b, c, d }: Matrix): number[][] {
  return [
    [a, b],
    [c, d],
  ];
}

export function matrixOf(array: NdArray): Matrix {
  const [a = NaN, b = NaN, c = NaN, d = NaN] = array.data;
  return { a, b, c, d };
}

export const full = ({ xx, xy, yy }: Covariance): Matrix => ({ a: xx, b: xy, c: xy, d: yy });

export function product(f: Matrix, g: Matrix): Matrix {
  return {
    a: f.a * g.a + f.b * g.c,
    b: f.a * g.b + f.b * g.d,
    c: f.c * g.a + f.d * g.c,
    d: f.c * g.b + f.d * g.d,
  };
}

export const transpose = ({ a, b, c, d }: Matrix): Matrix => ({ a, b: c, c: b, d });

/** F Fᵀ: the covariance of F ε. */
export function covarianceOf(f: Matrix): Covariance {
  const { a, b, d } = product(f, transpose(f));
  return { xx: a, xy: b, yy: d };
}

export function apply(f: Matrix, { x, y }: Point): Point {
  return { x: f.a * x + f.b * y, y: f.c * x + f.d * y };
}

export const rotation = (radians: number): Matrix => ({
  a: Math.cos(radians),
  b: -Math.sin(radians),
  c: Math.sin(radians),
  d: Math.cos(radians),
});

export const isFiniteMatrix = (m: Matrix): boolean => [m.a, m.b, m.c, m.d].every(Number.isFinite);

/** Σ^{1/2}, the symmetric positive semidefinite root. */
export const symmetricRoot = (sigma: Covariance): Matrix => matrixOf(sqrtmh(nested(sigma)));

/** L, lower triangular, L Lᵀ = Σ. */
export const choleskyFactor = (sigma: Covariance): Matrix => matrixOf(cholesky(nested(sigma)));

/** What is no root of Σ: the square root of each entry. NaN where an entry is negative, as numpy and torch have it. */
export const elementwiseRoot = ({ xx, xy, yy }: Covariance): Matrix => ({
  a: Math.sqrt(xx),
  b: Math.sqrt(xy),
  c: Math.sqrt(xy),
  d: Math.sqrt(yy),
});

export interface Eigen {
  /** λ₁ ≥ λ₂ */
  readonly major: number;
  readonly minor: number;
  /** Angle of the major axis in (−π/2, π/2]. */
  readonly angle: number;
}

export function eigen(sigma: Covariance): Eigen {
  const { values, vectors } = eigh(nested(sigma));
  const [minor = NaN, major = NaN] = values.data;
  const v = matrixOf(vectors);
  // The eigenvector's sign is arbitrary; an axis points to the right.
  const [x, y] = v.b < 0 ? [-v.b, -v.d] : [v.b, v.d];
  return { major, minor, angle: sigma.xy === 0 && sigma.xx >= sigma.yy ? 0 : Math.atan2(y, x) };
}

/** U √Λ: the axes of the ellipse as columns, longest first. */
export function eigenFactor(sigma: Covariance): Matrix {
  const { major, minor, angle } = eigen(sigma);
  return product(rotation(angle), { a: Math.sqrt(major), b: 0, c: 0, d: Math.sqrt(Math.max(minor, 0)) });
}

/** U diag(λ₁, λ₂) Uᵀ with the major axis at `angle`. */
export function fromAxes(major: number, minor: number, angle: number): Covariance {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return {
    xx: major * c * c + minor * s * s,
    xy: (major - minor) * c * s,
    yy: major * s * s + minor * c * c,
  };
}

/** vᵀ Σ v for the unit vector at `angle`: the variance along it. */
export function varianceAlong({ xx, xy, yy }: Covariance, angle: number): number {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return xx * c * c + 2 * xy * c * s + yy * s * s;
}

/** P(‖ε‖ ≤ k) in the plane: 1 − exp(−k²/2), the χ² distribution with two degrees of freedom. */
export const chiSquared2 = (k: number): number => -Math.expm1((-k * k) / 2);
