import { LinearAlgebraError } from '../core/index.ts';
import { eighBatch, positiveRootBatch } from '../kernels/index.ts';
import { balance } from './balance.ts';
import { complexArray, entry, magnitude, setEntry } from './complex.ts';
import type { ComplexArray } from './complex.ts';
import { complexSchur } from './complex-qr.ts';
import { complexify, zerosLast } from './complex-schur.ts';
import type { ComplexSchur } from './complex-schur.ts';
import { rebuild, transposeInto } from './products.ts';
import { evenExponentOf, largestMagnitude, scaleByPower, scaleRange } from './powers-of-two.ts';
import { realSchur } from './schur.ts';

import {
  couplingTolerance,
  generalZeroTolerance,
  indefiniteTolerance,
  maxRootSensitivity,
  polishFloor,
  workingSupport,
} from './thresholds.ts';
import { frobenius, rootSensitivity, triangularRoot } from './triangular-root.ts';

/** One square matrix and how its errors name it. */
export interface RootProblem {
  readonly a: ComplexArray;
  readonly n: number;
  /** Machine epsilon of the input's element type. */
  readonly epsilon: number;
  /** "sqrtm: matrix [3] of the batch". */
  readonly name: string;
}

/** The principal root of one matrix, by the most exact way its shape allows. @throws LinearAlgebraError */
export function principalRoot(problem: RootProblem): ComplexArray {
  const { a, n } = problem;
  if (vanishes(a, n, (i, j) => i > j)) return atUnitScale(problem, rootOfTriangle);
  if (vanishes(a, n, (i, j) => i < j)) {
    return transposed(atUnitScale({ ...problem, a: transposed(a, n) }, rootOfTriangle), n);
  }
  if (!isReal(a)) return atUnitScale(problem, rootThroughSchur);
  return isSymmetric(a.re, n) ? atUnitScale(problem, rootOfSymmetric) : rootOfBalanced(problem);
}

/** Solves for A · 2^−e, largest entry in [1, 4) and e even, and scales the root back without rounding. */
function atUnitScale(problem: RootProblem, solve: (scaled: RootProblem) => ComplexArray): ComplexArray {
  const a = { re: problem.a.re.slice(), im: problem.a.im.slice() };
  const exponent = unitScale(a);
  const root = solve({ ...problem, a });
  scaleRange(root.re, 0, root.re.length, exponent / 2);
  scaleRange(root.im, 0, root.im.length, exponent / 2);
  return root;
}

/** Divides by the power of four that brings the largest part of an entry into [1, 4), and returns its exponent (of two). */
export function unitScale({ re, im }: ComplexArray): number {
  const size = re.length;
  const exponent = evenExponentOf(Math.max(largestMagnitude(re, 0, size), largestMagnitude(im, 0, size)));
  scaleRange(re, 0, size, -exponent);
  scaleRange(im, 0, size, -exponent);
  return exponent;
}

/** √(D B D⁻¹) = D √B D⁻¹ with B balanced. Balancing comes before scaling, which could lose small entries to underflow. */
function rootOfBalanced(problem: RootProblem): ComplexArray {
  const { n } = problem;
  const a = { re: problem.a.re.slice(), im: problem.a.im };
  const exponents = balance(a.re, n);
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
  const schur = { t: { re: a.re.slice(), im: a.im.slice() }, z: complexArray(n * n) };
  for (let k = 0; k < n; k++) schur.z.re[k * n + k] = 1;
  return rootOfSchur(problem, schur);
}

/** V √Λ Vᵀ, with i √|λ| for negative λ; rounding counts as in `sqrtmh`. */
function rootOfSymmetric({ a: { re: a }, n, epsilon }: RootProblem): ComplexArray {
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  eighBatch(a, n, 1, values, vectors);
  const largest = Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!));
  const [below, above] = [indefiniteTolerance(n, epsilon) * largest, workingSupport(n) * largest];
  const kept = values.map((value) => (value >= -below && value <= above ? 0 : value));
  const out = complexArray(n * n);
  if (kept[0]! >= 0) {
    positiveRootBatch(a, n, 1, { values: kept, vectors, floor: polishFloor, roots: out.re });
    return out;
  }
  const part = (sign: 1 | -1): Float64Array => kept.map((value) => Math.sqrt(Math.max(0, sign * value)));
  rebuild(vectors, part(1), n, out.re);
  rebuild(vectors, part(-1), n, out.im);
  return out;
}

function rootThroughSchur(problem: RootProblem): ComplexArray {
  const { a, n } = problem;
  const schur = isReal(a) ? complexify(realSchur(a.re, n), n) : complexSchur(a, n);
  const limit = generalZeroTolerance(n) * frobenius(schur.t);
  for (let k = 0; k < n; k++) {
    if (magnitude(entry(schur.t, k * n + k)) <= limit) setEntry(schur.t, k * n + k, { re: 0, im: 0 });
  }
  return rootOfSchur(problem, schur, true);
}

/** Z R Zᴴ with R R = T; real to the bit when A is real without a negative eigenvalue. */
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
  const negative = (k: number): boolean => t.im[k * n + k] === 0 && t.re[k * n + k]! < 0;
  if (isReal(problem.a) && !Array.from({ length: n }, (_, k) => k).some(negative)) out.im.fill(0);
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

function isReal({ im }: ComplexArray): boolean {
  return im.every((value) => value === 0);
}

function vanishes({ re, im }: ComplexArray, n: number, where: (i: number, j: number) => boolean): boolean {
  return re.every((value, at) => (value === 0 && im[at] === 0) || !where(Math.floor(at / n), at % n));
}

function isSymmetric(a: Float64Array, n: number): boolean {
  return a.every((value, at) => value === a[(at % n) * n + Math.floor(at / n)]);
}

function transposed({ re, im }: ComplexArray, n: number): ComplexArray {
  const out = complexArray(n * n);
  transposeInto(re, n, n, out.re);
  transposeInto(im, n, n, out.im);
  return out;
}
