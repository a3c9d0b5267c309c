import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { constant, input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { matmul, transpose } from '../linalg/index.ts';
import { key } from '../random/index.ts';
import { expectAllClose } from '../testing/index.ts';
import { logSpaced, randomMatrix, uniforms, withEigenvalues } from '../testing/matrices.ts';
import {
  EigenRoot,
  IsotropicNormal,
  LowRankMultivariateNormal,
  MultivariateNormal,
  MultivariateNormalDiag,
  Normal,
  StandardNormal,
  SymmetricRoot,
  condition,
  confidenceEllipsoid,
  klDivergence,
  marginal,
} from './index.ts';
import type { CovarianceOptions, Gaussian } from './index.ts';

interface Regular {
  name: string;
  condition: number;
  covariance: number[][];
  other: number[][];
  x: number[];
  shift: number[];
  log_prob: number;
  kl: number;
}
interface Singular {
  name: string;
  rank: number;
  covariance: number[][];
  x: number[];
  off: number[];
  log_volume: number;
  log_prob: number;
}
const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/units.json', import.meta.url), 'utf8')) as {
  regular: Regular[];
  singular: Singular[];
};
const badlyScaled = readFileSync(new URL('../../test/fixtures/cases/sigma-badly-scaled.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(',').map(Number));

const epsilon = 2 ** -52;
const value = (x: Tensor): number => evaluate(x).item();
const zeros = (n: number): number[] => new Array<number>(n).fill(0);
const variancesOf = (covariance: readonly (readonly number[])[]): number[] => covariance.map((row, i) => row[i]!);

/** A Gaussian and what it was said of its covariance. */
function heard(covariance: number[][] | NdArray, options: CovarianceOptions = {}) {
  const notices: string[] = [];
  const n = covariance instanceof NdArray ? covariance.shape[0]! : covariance.length;
  const onNotice = (message: string): unknown => notices.push(message);
  const distribution = MultivariateNormal.fromCovariance(zeros(n), covariance, { ...options, onNotice });
  return { distribution, notices };
} // prettier-ignore

describe('60-digit values in any units', () => {
  it.each(fixture.regular)('$name', (known) => {
    const n = known.x.length;
    const [p, shifted, q] = [
      MultivariateNormal.fromCovariance(zeros(n), known.covariance),
      MultivariateNormal.fromCovariance(known.shift, known.covariance),
      MultivariateNormal.fromCovariance(zeros(n), known.other),
    ];
    expect([p.rank, evaluate(p.variance).toNested()]).toEqual([n, variancesOf(known.covariance)]);
    // Rounding of R moves whitened squares by n ε κ.
    const rtol = 64 * n * epsilon * known.condition;
    expectAllClose(value(p.logProb(known.x)), known.log_prob, { rtol, atol: rtol });
    expectAllClose(value(klDivergence(shifted, q)), known.kl, { rtol, atol: rtol });
    const { value: z, logProb } = p.sampleAndLogProb(key(1), [4]);
    expectAllClose(evaluate(p.logProb(constant(evaluate(z)))), evaluate(logProb), { rtol, atol: rtol });
    const tensor = MultivariateNormal.fromCovariance(zeros(n), constant(known.covariance));
    expectAllClose(value(tensor.logProb(known.x)), known.log_prob, { rtol, atol: rtol });
  });

  it.each(fixture.singular)('$name', (known) => {
    const { distribution: p, notices } = heard(known.covariance);
    expect([p.rank, notices, evaluate(p.variance).toNested()]).toEqual([known.rank, [], variancesOf(known.covariance)]);
    expectAllClose(value(p.root.logAbsDet()), known.log_volume, { atol: 1e-12 });
    expectAllClose(value(p.logProb(known.x)), known.log_prob, { rtol: 1e-12 });
    expect(value(p.logProb(known.off))).toBe(-Infinity);
    const draws = p.sampleAndLogProb(key(2), [50]);
    expectAllClose(evaluate(p.logProb(constant(evaluate(draws.value)))), evaluate(draws.logProb), { rtol: 1e-9, atol: 1e-9 });
    expectAllClose(value(klDivergence(p, p)), 0, { atol: 1e-12 });
  }); // prettier-ignore

  it('the badly scaled file: stddev [1, 1e-9], correlation ½', () => {
    const p = MultivariateNormal.fromCovariance([0, 0], badlyScaled);
    expect([p.rank, evaluate(p.stddev).toNested()]).toEqual([2, [1, 1e-9]]);
    expectAllClose(2 * value(p.root.logAbsDet()), -41.7342, { atol: 5e-5 });
    expectAllClose(value(p.logProb([1, 1e-9])), 18.362563, { atol: 5e-7 });
    expectAllClose(value(klDivergence(p, StandardNormal.ofSize(2))), 20.36711, { atol: 5e-6 });
    const z = evaluate(p.sample(key(3), [20_000])).data;
    let [squares, products] = [0, 0];
    for (let k = 0; k < z.length; k += 2) {
      squares += (z[k + 1]! * 1e9) ** 2;
      products += z[k]! * z[k + 1]! * 1e9;
    }
    // Standard errors √(2/N) and √((1 + ¼)/N); 4.5 of them.
    expect(Math.abs(squares / 20_000 - 1)).toBeLessThan(4.5 * Math.sqrt(2 / 20_000));
    expect(Math.abs(products / 20_000 - 0.5)).toBeLessThan(4.5 * Math.sqrt(1.25 / 20_000));
  });
});

describe('x → D x', () => {
  const fuzz = { seed: 5, numRuns: 30 };
  const sizes = fc.integer({ min: 2, max: 12 });
  const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
  const spans = fc.constantFrom(3, 60, 150);
  const scaleBy = (sigma: NdArray, d: readonly number[]): NdArray =>
    new NdArray(Float64Array.from(sigma.data, (x, at) => x * d[Math.floor(at / d.length)]! * d[at % d.length]!), sigma.shape);

  it('moves the density of a regular Σ by −Σ log dᵢ, and KL, whitening and conditionals not at all', () => {
    fc.assert(
      fc.property(sizes, seeds, spans, (n, seed, span) => {
        const random = uniforms(seed);
        const [a, b] = [withEigenvalues(random, logSpaced(n, 3)), withEigenvalues(random, logSpaced(n, 1))];
        const d = Array.from({ length: n }, () => 10 ** (random() * span));
        const x = Array.from({ length: n }, random);
        const stretch = (v: readonly number[]): number[] => v.map((y, i) => y * d[i]!);
        const [p, q] = [a, b].map((s) => MultivariateNormal.fromCovariance(x, s)) as [Gaussian, Gaussian];
        const [dp, dq] = [a, b].map((s) => MultivariateNormal.fromCovariance(stretch(x), scaleBy(s, d))) as [Gaussian, Gaussian];
        const at = Array.from({ length: n }, random);
        const logs = d.reduce((sum, each) => sum + Math.log(each), 0);
        const tolerance = { rtol: 1e-9, atol: 1e-9 };
        expectAllClose(value(dp.logProb(stretch(at))), value(p.logProb(at)) - logs, tolerance);
        expectAllClose(value(klDivergence(dp, dq)), value(klDivergence(p, q)), tolerance);
        expectAllClose(value(dp.mahalanobis(stretch(at))), value(p.mahalanobis(at)), tolerance);
        const [c, dc] = [
          condition(p, { indices: [0], values: [0.3] }),
          condition(dp, { indices: [0], values: [0.3 * d[0]!] }),
        ];
        const rest = at.slice(1);
        expectAllClose(value(dc.mahalanobis(rest.map((y, i) => y * d[i + 1]!))), value(c.mahalanobis(rest)), tolerance);
        expect(evaluate(marginal(dp, [n - 1]).variance).toNested()).toEqual([scaleBy(a, d).data[n * n - 1]]);
      }),
      fuzz,
    );
  });

  it('a singular Gaussian conditions the same in any units', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 8 }), seeds, spans, (n, seed, span) => {
        const random = uniforms(seed);
        const b = randomMatrix(random, n, 2);
        const sigma = matmul(b, transpose(b));
        const d = Array.from({ length: n }, () => 2 ** Math.round(random() * span * 3));
        const observe = (s: NdArray, value: number): Gaussian =>
          condition(MultivariateNormal.fromCovariance(zeros(n), s), { indices: [0], values: [value] });
        const [plain, moved] = [observe(sigma, 0.7), observe(scaleBy(sigma, d), 0.7 * d[0]!)];
        expect([plain.rank, moved.rank]).toEqual([1, 1]);
        const over = (x: Tensor, power: number): number[] => Array.from(evaluate(x).data, (y, i) => y / d[i + 1]! ** power);
        expectAllClose(over(moved.mean, 1), evaluate(plain.mean), { rtol: 1e-9, atol: 1e-12 });
        expectAllClose(over(moved.stddev, 1), evaluate(plain.stddev), { rtol: 1e-9, atol: 1e-9 });
      }),
      fuzz,
    );
  });
}); // prettier-ignore

describe('points at infinity', () => {
  const roots: Readonly<Record<string, Gaussian>> = {
    standard: StandardNormal.ofSize(2),
    isotropic: IsotropicNormal.fromStddev([1, 0], 2),
    diagonal: MultivariateNormalDiag.fromVariance([1, 0], [1, 4]),
    eigen: MultivariateNormal.fromCovariance([1, 0], [[2, 1], [1, 2]]),
    singular: MultivariateNormal.fromCovariance([1, 0], [[1, 1], [1, 1]]),
    'zero variance': MultivariateNormal.fromCovariance([1, 0], [[1, 0], [0, 0]]),
    triangular: MultivariateNormal.fromScaleTril([1, 0], [[1, 0], [0.5, 2]]),
    symmetric: MultivariateNormal.fromRoot([1, 0], [[2, 1], [1, 2]]),
    precision: MultivariateNormal.fromPrecision([1, 0], constant([[2, 1], [1, 2]])),
    'low rank': LowRankMultivariateNormal.fromVariance([1, 0], [1, 2], { factor: [[1], [-1]] }),
  }; // prettier-ignore

  it.each(Object.entries(roots))('have density −∞: %s', (_, p) => {
    const points = [[Infinity, 0], [0, -Infinity], [Infinity, Infinity], [-Infinity, Infinity]]; // prettier-ignore
    expect(evaluate(p.logProb(points)).toNested()).toEqual(new Array(4).fill(-Infinity));
    expect(value(p.mahalanobis([1, -Infinity]))).toBe(Infinity);
    const among = evaluate(p.logProb([[1, Infinity], [1, 0]])).data; // prettier-ignore
    expect(among[1]).toBe(value(p.logProb([1, 0])));
  });

  it('have it as one number too', () => {
    expect(value(Normal.fromStddev(0, 1).logProb(-Infinity))).toBe(-Infinity);
  });
});

describe('a covariance that is taken otherwise than given', () => {
  it('says so, once', () => {
    const { distribution, notices } = heard([[1, 0.5, 0], [0.5, 1, 1e-17], [0, 1e-17, -1e-17]]); // prettier-ignore
    expect(notices).toEqual([
      expect.stringMatching(/^covariance: the variance of coordinate 2 \(-1e-17\) counts as 0/),
    ]);
    expect([distribution.rank, evaluate(distribution.variance).toNested()]).toEqual([2, [1, 1, 0]]);
    expect(Array.from(evaluate(distribution.sample(key(1), [5])).data).filter((_, k) => k % 3 === 2)).toEqual(zeros(5));
    marginal(distribution, [0, 2]); // nothing more on the console: see below
  });

  it('warns on the console where nobody listens', () => {
    const said: unknown[] = [];
    const { warn } = console;
    console.warn = (message: unknown): unknown => said.push(message);
    try {
      const p = MultivariateNormal.fromCovariance([0, 0], [[1, 0], [0, -1e-17]]); // prettier-ignore
      marginal(p, [1]);
      condition(p, { indices: [0], values: [1] });
      klDivergence(p, p);
    } finally {
      console.warn = warn;
    }
    expect(said).toHaveLength(1);
  });

  it('nearest and tolerance', () => {
    const { distribution, notices } = heard([[1, 3], [3, 1]], { nearest: true }); // prettier-ignore
    expectAllClose(evaluate(distribution.covariance), [[2, 2], [2, 2]], { rtol: 1e-14 }); // prettier-ignore
    expect(notices).toEqual([expect.stringMatching(/nearest positive semidefinite matrix, at 0.447 ‖Σ‖/)]);
    expect(heard([[1, 0], [0, 2]], { nearest: true }).notices).toEqual([]); // prettier-ignore
    const rough = [[1, 1.00001], [1.00001, 1]]; // prettier-ignore
    expect(() => heard(rough)).toThrow('not positive semidefinite');
    expect(heard(rough, { tolerance: 1e-4 }).distribution.rank).toBe(1);
    expect(() => heard(rough, { tolerance: 1 })).toThrow('rtol is 1; give [0, 1)');
    expect(() => heard(rough, { tolerence: 1e-4 } as CovarianceOptions)).toThrow("unknown option 'tolerence'");
    const open = input('sigma', [2, 2], 'float64');
    expect(() => MultivariateNormal.fromCovariance([0, 0], open, { nearest: true })).toThrow('values are known');
  });

  it('is judged by its own rounding', () => {
    const single = NdArray.from([[1, 1 + 2 ** -23], [1 + 2 ** -23, 1]], 'float32'); // prettier-ignore
    const { distribution, notices } = heard(single, { dtype: 'float64' });
    expect([distribution.rank, distribution.dtype, notices]).toEqual([1, 'float64', []]);
    expect(heard(single).distribution.dtype).toBe('float32');
    const { radii } = confidenceEllipsoid(distribution, 0.9);
    expect(radii.data[1]).toBe(0);
  });
});

describe('parameters', () => {
  it('may be whole numbers', () => {
    const p = MultivariateNormal.fromCovariance(Int32Array.of(1, 2), NdArray.from([[2, 1], [1, 2]], 'int32')); // prettier-ignore
    expect([p.dtype, evaluate(p.mean).toNested()]).toEqual(['float64', [1, 2]]);
    const q = MultivariateNormalDiag.fromVariance(Uint8Array.of(1, 2), Float32Array.of(1, 4));
    expect([q.dtype, evaluate(q.stddev).toNested()]).toEqual(['float32', [1, 2]]);
    expect(() => Normal.fromStddev(constant([1, 2], 'int32'), 1)).toThrow('got int32. Convert the tensor with cast()');
  });

  it('of a spectrum are checked', () => {
    const vectors = [[0.6, 0.8], [-0.8, 0.6]]; // prettier-ignore
    const root = EigenRoot.fromSpectrum({ values: [0, 4], vectors });
    expectAllClose(evaluate(root.covariance()), [[2.56, 1.92], [1.92, 1.44]], { rtol: 1e-15 }); // prettier-ignore
    expect(root.rank).toBe(1);
    expectAllClose(value(root.logAbsDet()), Math.log(2));
    const refused = (values: unknown, columns: unknown = vectors) =>
      expect(() => EigenRoot.fromSpectrum({ values: values as number[], vectors: columns as number[][] }));
    refused([-1, 4]).toThrow(/not negative, got -1 at entry 0/);
    refused(['1', 4]).toThrow(/expected numbers/);
    refused([NaN, 4]).toThrow(/NaN at entry 0/);
    refused([1, 4], [[1, 1], [0, 1]]).toThrow(/orthonormal/); // prettier-ignore
    refused([1, 4], [[1, 0]]).toThrow(/\[\.\.\., n, n\]/); // prettier-ignore
  });

  it('of a symmetric root may have any units', () => {
    const s = SymmetricRoot.fromCovariance(badlyScaled);
    expectAllClose(evaluate(s.covariance()).data, badlyScaled.flat(), { rtol: 1e-14 });
  });
});
