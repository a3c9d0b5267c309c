import { LinearAlgebraError } from '../core/index.ts';
import { balance } from './balance.ts';
import { complexArray, entry, magnitude, setEntry } from './complex.ts';
import type { ComplexArray } from './complex.ts';
import { complexify, zerosLast } from './complex-schur.ts';
import type { ComplexSchur } from './complex-schur.ts';
import { eighBatch } from './eigh-core.ts';
import { positiveRootInto } from './positive-root.ts';
import { transposeInto } from './products.ts';
import { evenExponentOf, largestMagnitude, scaleByPower, scaleRange } from './scaling.ts';
import { realSchur } from './schur.ts';
import { rebuild } from './spectrum.ts';
import {
  couplingTolerance,
  generalZeroTolerance,
  indefiniteTolerance,
  maxRootSensitivity,
  workingSupport,
} from './thresholds.ts';
import { frobenius, rootSensitivity, triangularRoot } from './triangular-root.ts';

/** One real square matrix and how its errors name it. */
export interface RootProblem {
  readonly a: Float64Array<ArrayBuffer>;
  readonly n: number;
  /** Machine epsilon of the input's element type. */
  readonly epsilon: number;
  /** "sqrtm: matrix [3] of the batch". */
  readonly name: string;
}

/** The principal root of one matrix, by the most exact way its shape allows. @throws LinearAlgebraError */
export function generalRoot(problem: RootProblem): ComplexArray {
  const { a, n } = problem;
  if (vanishes(a, n, (i, j) => i > j)) return atUnitScale(problem, rootOfTriangle);
  if (vanishes(a, n, (i, j) => i < j)) {
    return transposed(atUnitScale({ ...problem, a: transposeReal(a, n) }, rootOfTriangle), n);
  }
  if (isSymmetric(a, n)) return atUnitScale(problem, rootOfSymmetric);
  return rootOfBalanced(problem);
}

/** Solves for A · 2^−e, largest entry in [1, 4) and e even, and scales the root back without rounding. */
function atUnitScale(problem: RootProblem, solve: (scaled: RootProblem) => ComplexArray): ComplexArray {
  const a = problem.a.slice();
  const exponent = evenExponentOf(largestMagnitude(a, 0, a.length));
  scaleRange(a, 0, a.length, -exponent);
  const { re, im } = solve({ ...problem, a });
  scaleRange(re, 0, re.length, exponent / 2);
  scaleRange(im, 0, im.length, exponent / 2);
  return { re, im };
}

/** √(D B D⁻¹) = D √B D⁻¹ with B balanced. Balancing comes before scaling, which could lose small entries to underflow. */
function rootOfBalanced(problem: RootProblem): ComplexArray {
  const { n } = problem;
  const a = problem.a.slice();
  const exponents = balance(a, n);
  const root = atUnitScale({ ...problem, a }, rootThroughSchur);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const shift = exponents[i]! - exponents[j]!;
      const { re, im } = entry(root, i * n + j);
      setEntry(root, i * n + j, { re: scaleByPower(re, shift), im: scaleByPower(im, shift) });
    }
  }
  return root;
}

/** An upper triangle is its own Schur form: no rounding, so only an exact 0 is a zero eigenvalue. */
function rootOfTriangle(problem: RootProblem): ComplexArray {
  const { a, n } = problem;
  const schur = { t: complexArray(n * n), z: complexArray(n * n) };
  schur.t.re.set(a);
  for (let k = 0; k < n; k++) schur.z.re[k * n + k] = 1;
  return rootOfSchur(problem, schur);
}

/** V √Λ Vᵀ, with i √|λ| for negative λ; rounding counts as in `sqrtmh`. */
function rootOfSymmetric({ a, n, epsilon }: RootProblem): ComplexArray {
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  eighBatch(a, n, 1, values, vectors);
  const largest = Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!));
  const [below, above] = [indefiniteTolerance(n, epsilon) * largest, workingSupport(n) * largest];
  const kept = values.map((value) => (value >= -below && value <= above ? 0 : value));
  const out = complexArray(n * n);
  if (kept[0]! >= 0) {
    positiveRootInto(a, n, kept, vectors, out.re);
    return out;
  }
  const part = (sign: 1 | -1): Float64Array => kept.map((value) => Math.sqrt(Math.max(0, sign * value)));
  rebuild(vectors, part(1), n, out.re);
  rebuild(vectors, part(-1), n, out.im);
  return out;
}

function rootThroughSchur(problem: RootProblem): ComplexArray {
  const { a, n } = problem;
  const schur = complexify(realSchur(a, n), n);
  const limit = generalZeroTolerance(n) * frobenius(schur.t);
  for (let k = 0; k < n; k++) {
    if (magnitude(entry(schur.t, k * n + k)) <= limit) setEntry(schur.t, k * n + k, { re: 0, im: 0 });
  }
  return rootOfSchur(problem, schur, true);
}

/** Z R Zᴴ with R R = T; real to the bit when no eigenvalue is negative. */
function rootOfSchur(problem: RootProblem, schur: ComplexSchur, rounded = false): ComplexArray {
  const { n } = problem;
  const { t, z } = schur;
  zerosLast(schur, n);
  requireSemisimpleZero(problem, schur, rounded);
  const root = triangularRoot(t, n);
  if (rounded && !(rootSensitivity(t, root, n) <= maxRootSensitivity)) {
    throw new LinearAlgebraError(
      `${problem.name} has no well-defined square root: eigenvalues are defective or nearly so at 0, and a change of A by ` +
        `rounding changes the root altogether. Add a small multiple of I if an approximate root will do.`,
    );
  }
  const out = sandwich(z, root, n);
  let negative = false;
  for (let k = 0; k < n; k++) {
    const { re, im } = entry(t, k * n + k);
    if (im === 0 && re < 0) negative = true;
  }
  if (!negative) out.im.fill(0);
  return out;
}

/** The trailing block of zero eigenvalues must vanish: a Jordan block larger than 1 × 1 at 0 has no primary root. */
function requireSemisimpleZero({ name, n }: RootProblem, { t }: ComplexSchur, rounded: boolean): void {
  let first = n;
  while (first > 0 && magnitude(entry(t, (first - 1) * n + first - 1)) === 0) first--;
  const tolerance = rounded ? couplingTolerance : generalZeroTolerance;
  const limit = tolerance(n) * frobenius(t);
  for (let i = first; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const size = magnitude(entry(t, i * n + j));
      if (size > limit) {
        throw new LinearAlgebraError(
          `${name} has no square root that is a function of it: its eigenvalue 0 (${n - first} times) is defective; ` +
            `its Schur form couples two zeros by ${size / frobenius(t)} ‖A‖.`,
        );
      }
      setEntry(t, i * n + j, { re: 0, im: 0 });
    }
  }
}

/** z r zᴴ for upper triangular r. */
function sandwich(z: ComplexArray, r: ComplexArray, n: number): ComplexArray {
  const left = complexArray(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const a = entry(z, i * n + k);
      if (a.re === 0 && a.im === 0) continue;
      for (let j = k, from = k * n + k, to = i * n + k; j < n; j++, from++, to++) {
        left.re[to] = left.re[to]! + a.re * r.re[from]! - a.im * r.im[from]!;
        left.im[to] = left.im[to]! + a.re * r.im[from]! + a.im * r.re[from]!;
      }
    }
  }
  const out = complexArray(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let re = 0;
      let im = 0;
      for (let k = 0, x = i * n, y = j * n; k < n; k++, x++, y++) {
        re += left.re[x]! * z.re[y]! + left.im[x]! * z.im[y]!;
        im += left.im[x]! * z.re[y]! - left.re[x]! * z.im[y]!;
      }
      setEntry(out, i * n + j, { re, im });
    }
  }
  return out;
}

function vanishes(a: Float64Array, n: number, where: (i: number, j: number) => boolean): boolean {
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (where(i, j) && a[i * n + j] !== 0) return false;
  return true;
}

function isSymmetric(a: Float64Array, n: number): boolean {
  return vanishes(
    a.map((value, at) => value - a[(at % n) * n + Math.floor(at / n)]!),
    n,
    () => true,
  );
}

function transposeReal(a: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(n * n);
  transposeInto(a, n, n, out);
  return out;
}

function transposed({ re, im }: ComplexArray, n: number): ComplexArray {
  return { re: transposeReal(re, n), im: transposeReal(im, n) };
}
