// Numbers against 50-digit ones (test/fixtures/distributions.py, which checks them against scipy's).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NdArray, ShapeError, UnsupportedError, ValueError } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { Normal, StandardNormal } from '../gaussian/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import { constant, grad, input, keyInput, keyWords, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key, uniform } from '../random/index.ts';
import { checkGradients, expectAllClose } from '../testing/index.ts';
import {
  Affine,
  Bernoulli,
  Categorical,
  Chain,
  ContinuousBernoulli,
  Exp,
  Independent,
  Invert,
  Laplace,
  MixtureSameFamily,
  OneHotCategorical,
  Poisson,
  Reshape,
  ScaleMatvecTriL,
  Sigmoid,
  Softplus,
  Tanh,
  TransformedDistribution,
  klDivergence,
} from './index.ts';
import type { Bijector } from './index.ts';

type Pairs = readonly (readonly [number, string])[];
interface Row {
  readonly logits?: number;
  readonly location?: number;
  readonly scale?: number;
  readonly rate?: number;
  readonly logProb: Pairs;
  readonly mean: string;
  readonly variance: string;
  readonly entropy?: string;
}
interface Fixture {
  readonly bernoulli: readonly Row[];
  readonly laplace: readonly Row[];
  readonly poisson: readonly Row[];
  readonly continuousBernoulli: readonly Row[];
  readonly categorical: Readonly<Record<'mean' | 'variance' | 'entropy' | 'kl', string>> &
    Readonly<Record<'probs' | 'other', number[]>> & { readonly logProb: readonly string[] };
  readonly mixture: Row & Readonly<Record<'probs' | 'means' | 'stddevs', number[]>>;
  readonly bijectors: Readonly<Record<string, readonly (readonly [number, string, string])[]>>;
  readonly logNormal: Pairs;
  readonly bernoulliKl: readonly (readonly [number, number, string])[];
  readonly poissonKl: readonly (readonly [number, number, string])[];
  readonly continuousBernoulliKl: readonly (readonly [number, number, string])[];
  readonly laplaceKl: readonly (readonly [number, number, number, number, string])[];
}
const truth = JSON.parse(
  readFileSync(new URL('../../test/fixtures/distributions.json', import.meta.url), 'utf8'),
) as Fixture;

const value = (x: Tensor | undefined): number => (x ? evaluate(x).item() : NaN);
/** Relative to the value, with an absolute part where terms of size 1 may cancel. */
const close = (what: string, actual: number, expected: string, { rtol = 4e-15, atol = 0 } = {}): void => {
  expectAllClose([actual], [Number(expected)], { rtol, atol }, what);
};

function compare(distribution: Distribution, row: Row, { rtol = 4e-15, atol = 0 } = {}): void {
  const tolerance = { rtol, atol };
  for (const [x, expected] of row.logProb) {
    close(`logProb(${x})`, value(distribution.logProb(x)), expected, tolerance);
  }
  close('mean', value(distribution.mean), row.mean, tolerance);
  close('variance', value(distribution.variance), row.variance, tolerance);
  if (row.entropy !== undefined) close('entropy', value(distribution.entropy?.()), row.entropy, tolerance);
}

describe('numbers with 50 digits', () => {
  it('of Bernoulli: to rounding, however improbable', () => {
    for (const row of truth.bernoulli) {
      compare(Bernoulli.fromLogits(row.logits ?? NaN), { ...row, logProb: row.logProb.slice(0, 1) }, { atol: 1e-14 });
      compare(Bernoulli.fromLogits(row.logits ?? NaN), { ...row, logProb: row.logProb.slice(1) }, { rtol: 1e-13, atol: 1e-14 }); // prettier-ignore
      close('a small variance', value(Bernoulli.fromLogits(row.logits ?? NaN).variance), row.variance);
      close('a small entropy', value(Bernoulli.fromLogits(row.logits ?? NaN).entropy()), row.entropy ?? '');
    }
    for (const [q, p, kl] of truth.bernoulliKl) {
      close(`KL(${q}, ${p})`, value(klDivergence(Bernoulli.fromLogits(q), Bernoulli.fromLogits(p))), kl, { rtol: 1e-13, atol: 1e-15 }); // prettier-ignore
    }
  });

  it('of Laplace', () => {
    for (const row of truth.laplace) compare(Laplace.fromScale(row.location ?? NaN, row.scale ?? NaN), row);
    for (const [m, b, n, c, kl] of truth.laplaceKl) {
      const found = value(klDivergence(Laplace.fromScale(m, b), Laplace.fromLogScale(n, Math.log(c))));
      close(`KL(${m}, ${b}; ${n}, ${c})`, found, kl, { rtol: 1e-13, atol: 1e-15 });
    }
  });

  it('of Poisson, whose three terms nearly cancel', () => {
    for (const row of truth.poisson) compare(Poisson.fromRate(row.rate ?? NaN), row, { rtol: 1e-14, atol: 2e-14 });
    for (const [q, p, kl] of truth.poissonKl) {
      close(`KL(${q}, ${p})`, value(klDivergence(Poisson.fromRate(q), Poisson.fromRate(p))), kl, { rtol: 1e-14, atol: 1e-15 }); // prettier-ignore
    }
  });

  it('of the continuous Bernoulli', () => {
    for (const row of truth.continuousBernoulli) {
      const { variance, ...rest } = row;
      const distribution = ContinuousBernoulli.fromLogits(row.logits ?? NaN);
      compare(distribution, { ...rest, variance }, { rtol: 2e-13, atol: 2e-14 });
    }
    for (const [q, p, kl] of truth.continuousBernoulliKl) {
      const found = value(klDivergence(ContinuousBernoulli.fromLogits(q), ContinuousBernoulli.fromLogits(p)));
      close(`KL(${q}, ${p})`, found, kl, { rtol: 1e-13 });
    }
  });

  it('of categorical choices, as numbers and as vectors', () => {
    const { probs, other, logProb, mean, variance, entropy, kl } = truth.categorical;
    const row = { logProb: logProb.map((text, k) => [k, text] as const), mean, variance, entropy };
    compare(Categorical.fromProbs(probs), row);
    compare(Categorical.fromLogits(probs.map((p) => Math.log(p) + 300)), row, { rtol: 1e-13 });
    logProb.forEach((text, k) => {
      const vector = probs.map((_, j) => +(j === k));
      close('one-hot', value(OneHotCategorical.fromProbs(probs).logProb(vector)), text);
    });
    close('KL', value(klDivergence(Categorical.fromProbs(probs), Categorical.fromProbs(other))), kl);
    close('KL', value(klDivergence(OneHotCategorical.fromProbs(probs), OneHotCategorical.fromProbs(other))), kl);
  });

  it('of a mixture, far in its tails too', () => {
    const { probs, means, stddevs } = truth.mixture;
    compare(new MixtureSameFamily(Categorical.fromProbs(probs), Normal.fromStddev(means, stddevs)), truth.mixture);
  });

  const bijectors = { Exp, Softplus, Sigmoid, Tanh } as const;
  it.each(Object.entries(bijectors))('of the bijector %s, and back', (name, Make) => {
    for (const [x, y, logDet] of truth.bijectors[name] ?? []) {
      const bijector: Bijector = new Make();
      close(`forward(${x})`, value(bijector.forward(x)), y);
      close(`log det(${x})`, value(bijector.forwardLogDetJacobian(x)), logDet, { atol: 1e-15 });
      if (Math.abs(x) > 3) continue;
      close(`inverse(${y})`, value(bijector.inverse(Number(y))), String(x), { rtol: 1e-14, atol: 1e-15 });
      close(`inverse log det(${y})`, value(bijector.inverseLogDetJacobian(Number(y))), `-${logDet}`.replace('--', ''), { rtol: 1e-13, atol: 1e-14 }); // prettier-ignore
      checkGradients((point) => bijector.inverse(bijector.forward(point)), [[x]]);
      checkGradients((point) => bijector.forwardLogDetJacobian(point), [[x]], { order: 2 });
    }
  });

  it('of a log-normal', () => {
    const logNormal = new TransformedDistribution(Normal.fromStddev(0.25, 0.5), new Exp());
    for (const [x, logProb] of truth.logNormal) close(`${x}`, value(logNormal.logProb(x)), logProb, { rtol: 1e-14 });
  });
});

describe('densities where x is not in the support', () => {
  it('are −∞ and have gradients that are no NaN, beside others that are right', () => {
    const rate = input('rate', [], 'float64');
    const logProb = Poisson.fromLogRate(rate).logProb([-1, 0.5, 3]);
    expect([...evaluate(logProb, { rate: NdArray.from(0) }).data]).toEqual([-Infinity, -Infinity, expect.closeTo(-1 - Math.log(6), 12)]); // prettier-ignore
    const of = (d: Distribution, variable: Tensor, x: number[]): Tensor => grad(sum(d.logProb(x)), [variable])[0]!;
    expect(evaluate(of(Poisson.fromLogRate(rate), rate, [-1, 3]), { rate: NdArray.from(0) }).item()).toBeCloseTo(2, 12);
    const logNormal = new TransformedDistribution(Normal.fromStddev(rate, 1), new Exp());
    expect(evaluate(of(logNormal, rate, [-1, 0, Math.E]), { rate: NdArray.from(0) }).item()).toBeCloseTo(1, 12);
  });

  it('stay NaN where x is NaN', () => {
    const distributions = [
      Bernoulli.fromLogits(0),
      Poisson.fromRate(1),
      ContinuousBernoulli.fromLogits(0),
      Categorical.fromProbs([1, 1]),
      Laplace.fromScale(0, 1),
      new TransformedDistribution(Normal.fromStddev(0, 1), new Exp()),
    ];
    for (const distribution of distributions) expect(value(distribution.logProb(NaN)), distribution.name).toBeNaN();
    expect(evaluate(OneHotCategorical.fromProbs([1, 1]).logProb([1, NaN])).item()).toBeNaN();
  });

  it('are what the formula says without checkSupport', () => {
    const unchecked = { checkSupport: false };
    const gray = value(Bernoulli.fromLogits(2, unchecked).logProb(0.5));
    expect(gray).toBeCloseTo(1 - Math.log1p(Math.exp(2)), 14);
    expect(value(OneHotCategorical.fromProbs([1, 3], unchecked).logProb([0, 0]))).toBe(0);
    expect(() => Bernoulli.fromLogits(0, { checkSuport: true } as never)).toThrow(
      /unknown option 'checkSuport'.*checkSupport/,
    );
  });
});

describe('classes that never come', () => {
  it('have log-probability −∞, are never drawn, and spoil no entropy, KL or gradient', () => {
    const q = Categorical.fromLogits([0, -Infinity, 0]);
    expect([...evaluate(q.logProb([0, 1, 2])).data]).toEqual([-Math.LN2, -Infinity, -Math.LN2].map((x) => expect.closeTo(x, 14) as number)); // prettier-ignore
    expect([...evaluate(q.sample(key(0), [500])).data]).not.toContain(1);
    expect(value(q.entropy())).toBeCloseTo(Math.LN2, 14);
    const p = Categorical.fromProbs([0.25, 0.25, 0.5]);
    expect(value(klDivergence(q, p))).toBeCloseTo(0.5 * Math.log(2) + 0, 14);
    expect(value(klDivergence(p, q))).toBe(Infinity);
    const logits = constant([0, -Infinity, 0]);
    const [gradient] = grad(Categorical.fromLogits(logits).logProb(2), [logits]) as [Tensor];
    expect([...evaluate(gradient).data]).toEqual([-0.5, 0, 0.5]);
  });
});

describe('batches', () => {
  it('broadcast: each member has draws of its own', () => {
    const laplace = Laplace.fromScale([0, 10], [[1], [2]]);
    expect(laplace.batchShape).toEqual([2, 2]);
    const draws = evaluate(laplace.sample(key(1), [3]));
    expect(new Set(draws.data).size).toBe(12);
    const affine = new TransformedDistribution(Normal.fromStddev(0, 1), new Affine([1, 2, 3], [1, -2, 4]));
    expect(affine.batchShape).toEqual([3]);
    const [a = 0, b = 0, c = 0] = evaluate(affine.sample(key(1))).data;
    expect(new Set([a - 1, (b - 2) / -2, (c - 3) / 4].map((x) => x.toFixed(9))).size).toBe(3);
    const mixture = new MixtureSameFamily(Categorical.fromProbs([[1, 1], [1, 9]]), Normal.fromStddev([0, 1], 1)); // prettier-ignore
    expect(mixture.batchShape).toEqual([2]);
    expect(new Set(evaluate(mixture.sample(key(1), [4])).data).size).toBe(8);
    expectAllClose(evaluate(mixture.mean), [0.5, 0.9], { rtol: 1e-15 });
  });

  it('that would share noise are refused', () => {
    const one = Normal.fromStddev([0], 1);
    expect(() => new TransformedDistribution(one, new Affine([1, 2], 1))).toThrow(/\[1\] would be repeated to \[2\]/);
    expect(() => new TransformedDistribution(new Independent(one), new Affine([1, 2], 1))).toThrow(ShapeError);
    const components = Normal.fromStddev([[0, 1]], 1); // prettier-ignore
    expect(() => new MixtureSameFamily(Categorical.fromProbs([[1, 1], [1, 1]]), components)).toThrow(ShapeError); // prettier-ignore
  });
});

describe('errors', () => {
  it('say what, which value and where', () => {
    expect(() => Bernoulli.fromProbs([0.5, 1.5])).toThrow(
      'Bernoulli.fromProbs: probs: must be in (0, 1), got 1.5 at [1].',
    );
    expect(() => Poisson.fromRate(-1)).toThrow('Poisson.fromRate: rate: must be positive and finite, got -1.');
    expect(() => Laplace.fromScale(0, 0)).toThrow('Laplace.fromScale: scale: must be positive and finite, got 0.');
    expect(() => Categorical.fromProbs([[0.5, 0.5], [0, 0]])).toThrow('all 0 in row 1'); // prettier-ignore
    expect(() => new Affine(0, [1, 0])).toThrow('Affine: scale: must be finite and not 0, got 0 at [1].');
    expect(() => new Independent(Normal.fromStddev(0, 1))).toThrow(ValueError);
    expect(() => new MixtureSameFamily(Categorical.fromProbs([1, 1]), Normal.fromStddev([0, 1, 2], 1))).toThrow(
      '2 probabilities need components of batch shape [..., 2], got [3] of Normal',
    );
    expect(() => new TransformedDistribution(Normal.fromStddev([0, 1], 1), new ScaleMatvecTriL([[1, 0], [0, 1]]))).toThrow('Put the base into Independent'); // prettier-ignore
    expect(() => new Reshape({ from: [2, 3], to: [5] })).toThrow('[2, 3] and [5]');
  });

  it('name pairs without a closed form of KL, and what to do', () => {
    const normal = Normal.fromStddev(0, 1);
    expect(() => klDivergence(Laplace.fromScale(0, 1), normal)).toThrow(UnsupportedError);
    const mixture = new MixtureSameFamily(Categorical.fromProbs([1, 1]), Normal.fromStddev([0, 1], 1));
    expect(() => klDivergence(mixture, normal)).toThrow(/MixtureSameFamily\(Normal\) ‖ Normal.*average/);
    const logNormal = (): Distribution => new TransformedDistribution(normal, new Exp());
    expect(() => klDivergence(logNormal(), logNormal())).toThrow('one and the same bijector');
    expect(() => klDivergence(Categorical.fromProbs([1, 1]), Categorical.fromProbs([1, 1, 1]))).toThrow('2 classes');
  });
});

describe('KL of combinations', () => {
  it('is the sum over independent parts, and that of the bases under one bijector', () => {
    const [q, p] = [Normal.fromStddev([0, 1], [1, 2]), Normal.fromStddev([1, 1], [3, 1])];
    const parts = evaluate(klDivergence(q, p)).data;
    const whole = klDivergence(new Independent(q), new Independent(p));
    expect(whole.shape).toEqual([]);
    expect(value(whole)).toBeCloseTo((parts[0] ?? 0) + (parts[1] ?? 0), 14);
    const map = new Chain([new Sigmoid(), new Affine(0, 3)]);
    const under = klDivergence(new TransformedDistribution(q, map), new TransformedDistribution(p, map));
    expectAllClose(evaluate(under), evaluate(klDivergence(q, p)));
  });
});

describe('bijectors', () => {
  it('chain in the order of functions, and count the Jacobian of every coordinate', () => {
    const chain = new Chain([new Affine(1, 2), new Exp()]);
    expect(value(chain.forward(0))).toBe(3);
    expect(value(new Chain([new Exp(), new Affine(1, 2)]).forward(0))).toBeCloseTo(Math.E, 14);
    expect(value(chain.inverse(3))).toBe(0);
    expect(value(new Chain([]).forwardLogDetJacobian(5))).toBe(0);
    expect(value(new Invert(chain).forward(3))).toBe(0);
    const scaled = new TransformedDistribution(new Independent(Normal.fromStddev([0, 0, 0], 1)), new Affine(0, 2));
    expect(value(scaled.logProb([0, 0, 0]))).toBeCloseTo(-1.5 * Math.log(2 * Math.PI) - 3 * Math.LN2, 14);
    expect(value(scaled.entropy?.())).toBeCloseTo(1.5 * Math.log(2 * Math.PI * Math.E) + 3 * Math.LN2, 14);
  });

  it('mix maps of numbers and of vectors', () => {
    const factor = [[2, 0], [1, 0.5]]; // prettier-ignore
    const chain = new Chain([new Sigmoid(), new ScaleMatvecTriL(factor), new Affine(0, 3)]);
    expect(chain.forwardMinEventNdims).toBe(1);
    const x = [0.2, -0.3];
    const y = evaluate(chain.forward(x));
    expectAllClose(evaluate(chain.inverse(y)), x, { atol: 1e-14 });
    const inner = [1.2, 0.6 - 0.45];
    const slopes = inner.map((u) => 1 / (1 + Math.exp(-u))).map((s) => Math.log(s * (1 - s)));
    const expected = 2 * Math.log(3) + Math.log(2 * 0.5) + (slopes[0] ?? 0) + (slopes[1] ?? 0);
    expect(value(chain.forwardLogDetJacobian(x))).toBeCloseTo(expected, 13);
  });

  it('take the element type of what they meet', () => {
    const half = new TransformedDistribution(
      StandardNormal.ofSize(2, 'float32'),
      new Chain([new Affine([1, 2], 3), new ScaleMatvecTriL([[1, 0], [2, 1]])]), // prettier-ignore
    );
    expect(half.sample(key(0)).dtype).toBe('float32');
    expect(half.logProb([0, 0]).dtype).toBe('float32');
  });

  it('keep the density of a draw where they are flat', () => {
    const steep = new TransformedDistribution(Normal.fromStddev(45, 1), new Sigmoid());
    const { value: y, logProb } = steep.sampleAndLogProb(key(0), [50]);
    expect([...evaluate(y).data].every((x) => x === 1)).toBe(true);
    expect([...evaluate(logProb).data].every((x) => x > 30 && x < 60)).toBe(true);
  });
});

describe('draws of Poisson', () => {
  it('are cut off at no count: one in a thousand of rate 24 exceeds 40', () => {
    const draws = evaluate(Poisson.fromRate(24).sample(key(3), [20_000])).data;
    const many = draws.filter((count) => count > 40).length;
    // P(X > 40) = 0.00099 (scipy.stats.poisson(24).sf(40)): 20, and up to 5 standard errors of 4.4 more.
    expect(many).toBeGreaterThan(0);
    expect(many).toBeLessThan(43);
  });
});

describe('supports', () => {
  it('know whole numbers that no int32 holds', () => {
    const large = [2 ** 40, 2 ** 40 + 0.5, 2 ** 31, 2 ** 31 + 0.25];
    expect([...evaluate(Poisson.fromRate(1).support.contains(constant(large))).data]).toEqual([1, 0, 1, 0]);
  });

  it('of inverses are the other way round', () => {
    const logarithm = new Invert(new Exp());
    expect([logarithm.isSurjective, logarithm.isTotal]).toEqual([true, false]);
    expect([new Chain([logarithm, new Exp()]).isSurjective, new Affine(1, 2).isSurjective]).toEqual([false, true]);
  });
});

describe('draws of a mixture', () => {
  it('choose by other noise than they draw by', () => {
    const flat = ContinuousBernoulli.fromLogits([1e-9, -1e-9]);
    const drawKey = keyInput('key');
    const draw = new MixtureSameFamily(Categorical.fromProbs([0.5, 0.5]), flat).sample(drawKey);
    const draws = Array.from({ length: 1000 }, (_, seed) => evaluate(draw, { key: keyWords(key(seed)) }).item());
    // Uniform on [0, 1]: 5 standard errors.
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / draws.length));
  });
});

describe('draws of Laplace', () => {
  it('are finite where the uniform number is 0, once in 2²⁴ float32 draws', () => {
    expect(uniform(key(5197), [949]).data[948]).toBe(0);
    const one = Laplace.fromScale(constant(0, 'float32'), constant(1, 'float32'));
    const draws = evaluate(one.sample(key(5197), [949])).data;
    expect(draws[948]).toBeCloseTo(24 * Math.LN2, 5);
  });
});
