import { describe, expect, it } from 'vitest';
import type { NdArray } from '../core/index.ts';
import { UnsupportedError } from '../core/index.ts';
import { evaluate, evaluateAll } from '../engine/reference/index.ts';
import { asTensor, constant, input, mean, mul, square, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key, normal } from '../random/index.ts';
import { checkGradients, expectAllClose } from '../testing/index.ts';
import {
  IsotropicNormal,
  LowRankMultivariateNormal,
  MultivariateNormal,
  MultivariateNormalDiag,
  Normal,
  PrecisionRoot,
  StandardNormal,
  SymmetricRoot,
  klDivergence,
  registerKl,
} from './index.ts';
import type { Distribution, Gaussian } from './index.ts';

const value = (x: Tensor): number => evaluate(x).item();
const draw = (seed: number, shape: readonly number[]): NdArray<'float64'> =>
  normal(key(seed), shape, { dtype: 'float64' });

const sigma = [[2, 0.5, -0.3], [0.5, 1, 0.2], [-0.3, 0.2, 1.5]]; // prettier-ignore
const mu = [0.3, -0.5, 1];
const gaussians: Readonly<Record<string, Gaussian>> = {
  standard: StandardNormal.ofSize(3),
  isotropic: IsotropicNormal.fromVariance([1, 0, -1], 1.7),
  diagonal: MultivariateNormalDiag.fromLogVariance(mu, [0.4, -0.3, 0.1]),
  'full, eigen': MultivariateNormal.fromCovariance(mu, sigma),
  'full, Cholesky': MultivariateNormal.fromScaleTril([0, 1, 0], [[1, 0, 0], [0.4, 0.8, 0], [-0.2, 0.5, 1.3]]),
  'full, symmetric': MultivariateNormal.fromRoot([1, 1, 1], SymmetricRoot.fromCovariance(sigma)),
  'full, precision': MultivariateNormal.fromRoot([0, 0, 0.5], PrecisionRoot.fromPrecision(sigma)),
  'low rank': LowRankMultivariateNormal.fromVariance(mu, [0.5, 1, 0.7], { factor: [[1], [-0.4], [0.6]] }),
}; // prettier-ignore
const pairs = Object.entries(gaussians).flatMap(([q, a]) =>
  Object.entries(gaussians).map(([p, b]) => [q, p, a, b] as const),
);

/** Draws of log q − log p: their mean estimates the divergence without bias. */
function monteCarlo(q: Distribution, p: Distribution, draws: number): { estimate: number; standardError: number } {
  const { value: z, logProb } = q.sampleAndLogProb(key(11), [draws]);
  const ratio = sub(logProb, p.logProb(z));
  const { estimate, second } = evaluateAll({ estimate: mean(ratio), second: mean(square(ratio)) });
  const variance = second.item() - estimate.item() ** 2;
  return { estimate: estimate.item(), standardError: Math.sqrt(Math.max(variance, 0) / draws) };
}

describe('klDivergence', () => {
  it.each(pairs)('of %s and %s agrees with 5000 draws within 4.5 standard errors', (_q, _p, q, p) => {
    const exact = value(klDivergence(q, p));
    const { estimate, standardError } = monteCarlo(q, p, 5000);
    expect(Math.abs(exact - estimate)).toBeLessThanOrEqual(4.5 * standardError + 1e-12);
    expect(exact).toBeGreaterThanOrEqual(-1e-14);
  });

  it.each(Object.entries(gaussians))('of %s and itself is 0', (_, q) => {
    expectAllClose(value(klDivergence(q, q)), 0, { atol: 1e-14 });
  });

  it('of scalars agrees with draws and the one-dimensional vector', () => {
    const [q, p] = [Normal.fromVariance(1, 4), Normal.fromStddev(-0.5, 1.5)];
    const { estimate, standardError } = monteCarlo(q, p, 5000);
    expect(Math.abs(value(klDivergence(q, p)) - estimate)).toBeLessThanOrEqual(4.5 * standardError);
    const vectors = [
      MultivariateNormalDiag.fromVariance([1], [4]),
      MultivariateNormalDiag.fromStddev([-0.5], [1.5]),
    ] as const;
    expectAllClose(value(klDivergence(q, p)), value(klDivergence(...vectors)), { rtol: 1e-15 });
  });

  it('broadcasts batches', () => {
    const q = MultivariateNormalDiag.fromVariance(draw(1, [4, 3]), [1, 2, 3]);
    const p = MultivariateNormal.fromCovariance(draw(2, [5, 1, 3]), sigma);
    const both = evaluate(klDivergence(q, p));
    expect(both.shape).toEqual([5, 4]);
    const one = klDivergence(
      MultivariateNormalDiag.fromVariance(draw(1, [4, 3]).data.slice(6, 9), [1, 2, 3]),
      MultivariateNormal.fromCovariance(draw(2, [5, 1, 3]).data.slice(9, 12), sigma),
    );
    expectAllClose(value(one), both.data[3 * 4 + 2]!, { rtol: 1e-14 });
    const named = MultivariateNormalDiag.fromLogVariance(input('m', ['batch', 3], 'float64'), [0, 0, 0]);
    expect(klDivergence(named, p).shape).toEqual([5, 'batch']);
    expect(klDivergence(named, StandardNormal.ofSize(3)).shape).toEqual(['batch']);
  });

  it('has right gradients, first and second', () => {
    const inputs = [draw(3, [2]), draw(4, [2]), draw(5, [2, 2])];
    const standard = StandardNormal.ofSize(2);
    checkGradients((m, l) => klDivergence(MultivariateNormalDiag.fromLogVariance(m, l), standard), inputs.slice(0, 2), { order: 2 });
    checkGradients(
      (m, l, w) =>
        klDivergence(LowRankMultivariateNormal.fromLogVariance(m, l, { factor: w }), MultivariateNormal.fromCovariance([0, 0], [[2, 1], [1, 2]])),
      inputs, { order: 2 });
    checkGradients(
      (m, l, w) =>
        klDivergence(MultivariateNormal.fromCovariance([0, 0], [[2, 1], [1, 2]]), LowRankMultivariateNormal.fromLogVariance(m, l, { factor: w })),
      inputs, { order: 2 });
  }); // prettier-ignore

  it('stays exact at extreme log-variances', () => {
    const q = MultivariateNormalDiag.fromLogVariance([0], [-300]);
    expectAllClose(value(klDivergence(q, StandardNormal.ofSize(1))), 0.5 * (Math.exp(-300) - 1 + 300), { rtol: 1e-15 });
  });

  it('says what differs', () => {
    expect(() => klDivergence(StandardNormal.ofSize(32), StandardNormal.ofSize(16))).toThrow(
      'klDivergence: event sizes differ: q has [32], p has [16]. Did the prior use another latentSize?',
    );
    expect(() => klDivergence(StandardNormal.ofSize(2, 'float32'), StandardNormal.ofSize(2))).toThrow('float32');
  });
});

/** A distribution that knows nothing of Gaussians. */
class Laplace implements Distribution {
  readonly name = 'Laplace';
  readonly batchShape = [];
  readonly eventShape = [];
  readonly dtype = 'float64';
  readonly support = Normal.fromVariance(0, 2).support;
  readonly isReparameterized = true;
  sample = (): Tensor => asTensor(0);
  sampleAndLogProb = (): { value: Tensor; logProb: Tensor } => ({ value: asTensor(0), logProb: asTensor(0) });
  logProb = (): Tensor => asTensor(0);
}

describe('registerKl', () => {
  it('adds pairs, the closest class winning', () => {
    const normalOne = Normal.fromVariance(0, 1);
    expect(() => klDivergence(new Laplace(), normalOne)).toThrow(UnsupportedError);
    expect(() => klDivergence(new Laplace(), normalOne)).toThrow(/Laplace ‖ Normal.*registerKl/);
    registerKl<Laplace, Normal>(Laplace, Normal, (_, p) => mul(constant(7), p.mean));
    class Narrower extends Laplace {}
    expectAllClose(value(klDivergence(new Narrower(), Normal.fromVariance(1, 1))), 7);
    registerKl<Narrower, Normal>(Narrower, Normal, () => asTensor(8));
    expectAllClose(value(klDivergence(new Narrower(), normalOne)), 8);
    expectAllClose(value(klDivergence(new Laplace(), normalOne)), 0);
  });
});
