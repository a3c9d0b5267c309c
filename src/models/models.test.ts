import { describe, expect, it } from 'vitest';
import { NdArray, ValueError } from '../core/index.ts';
import { evaluate, evaluateAll, toOnnx } from '../engine/index.ts';
import { StandardNormal, klDivergence } from '../gaussian/index.ts';
import { constant, grad, input, isHostOp, isOp, square, sum, topologicalOrder, verifyGraph } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { eigh } from '../linalg/index.ts';
import { initializeParameters } from '../nn/index.ts';
import { key, normal } from '../random/index.ts';
import { asGaussian, bernoulliLikelihood, createVae, likelihoodFamily, posteriorFor, softClamp } from './index.ts';
import { fillStrictlyLower, strictlyLowerSize } from './posteriors/fill-triangular.ts';
import type { PosteriorOptions } from './index.ts';

const families: readonly (PosteriorOptions & { name: string })[] = [
  { name: 'isotropic', posterior: 'isotropic' },
  { name: 'diagonal', posterior: 'diagonal' },
  { name: 'full symmetric', posterior: 'full', root: 'symmetric' },
  { name: 'full cholesky', posterior: 'full', root: 'cholesky' },
  { name: 'low rank 1', posterior: 'low-rank', rank: 1 },
  { name: 'low rank 3', posterior: 'low-rank', rank: 3 },
];

/** A family's distribution over 5 examples, with drawn head weights scaled up by `scale`. */
function drawnPosterior(options: PosteriorOptions, { latent = 4, scale = 1 } = {}) {
  const family = posteriorFor(options, { featureSize: 6, latent });
  const drawn = initializeParameters(
    family.parameters.map((spec, k) => ({ ...spec, initializer: (_: unknown, shape) => normal(key(k), shape) })),
    key(0),
  );
  const parameters = Object.fromEntries(
    Object.entries(drawn).map(([name, { data, shape }]) => [
      name,
      constant(
        new NdArray(
          Float64Array.from(data, (value) => value * scale),
          shape,
        ),
      ),
    ]),
  );
  const features = constant(normal(key(99), [5, 6], { dtype: 'float64' }));
  return asGaussian(family.apply(parameters, features));
}

it('a low-rank posterior has no more columns than latent dimensions', () => {
  const made = (latent: number) => () => posteriorFor({ posterior: 'low-rank', rank: 3 }, { featureSize: 6, latent });
  expect(made(2)).toThrow(/rank 3 has more columns than the 2 latent dimensions\. Choose a rank of at most 2/);
  made(3)();
});

describe.each(families)('the $name posterior head', (options) => {
  it.each([1, 2, 4].filter((latent) => latent >= (options.rank ?? 1)))(
    'gives a valid covariance for latent size %i',
    (latent) => {
      const posterior = drawnPosterior(options, { latent });
      expect(posterior.batchShape).toEqual([5]);
      expect(posterior.eventShape).toEqual([latent]);
      const { values } = eigh(evaluate(posterior.covariance));
      for (const value of values.data) expect(value).toBeGreaterThan(0);
    },
  );

  it('keeps variance, entropy and KL finite for features of any size', () => {
    for (const scale of [1e3, 1e6, 1e30]) {
      const posterior = drawnPosterior(options, { scale });
      const prior = StandardNormal.ofSize(4);
      const { variance, entropy } = evaluateAll({ variance: posterior.variance, entropy: posterior.entropy() });
      for (const array of [variance, entropy])
        for (const value of array.data) expect(Number.isFinite(value)).toBe(true);
      if (scale < 1e30)
        for (const value of evaluate(klDivergence(posterior, prior)).data) expect(Number.isFinite(value)).toBe(true);
    }
  });

  it('needs no host op but the noise, in the step and its gradient', () => {
    const model = createVae({ ...options, inputSize: 3, latent: 4, hidden: [5], activation: 'tanh' });
    const parameters = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, input(name, shape)]));
    const { posterior, likelihood } = model.apply(parameters, input('x', ['batch', 3]), { key: key(0) });
    const loss = sum(klDivergence(posterior, model.prior(parameters)));
    const outputs: Tensor[] = [loss, sum(likelihood.mean), ...grad(loss, Object.values(parameters))];
    verifyGraph(outputs);
    const hostOps = topologicalOrder(outputs).filter(({ op }) => isHostOp(op));
    expect(hostOps.map(({ op }) => op)).toEqual(['randomNormal']);
  });
});

describe('the full head', () => {
  it('starts at the diagonal posterior', () => {
    for (const root of ['symmetric', 'cholesky'] as const) {
      const family = posteriorFor({ posterior: 'full', root }, { featureSize: 3, latent: 3 });
      const parameters = Object.fromEntries(
        Object.entries(initializeParameters(family.parameters, key(1))).map(([name, value]) => [name, constant(value)]),
      );
      const posterior = asGaussian(family.apply(parameters, constant(normal(key(2), [2, 3]))));
      const { covariance, variance } = evaluateAll({ covariance: posterior.covariance, variance: posterior.variance });
      covariance.data.forEach((entry, at) => {
        const [row, column] = [Math.floor(at / 3) % 3, at % 3];
        const onDiagonal = variance.data[Math.floor(at / 9) * 3 + row];
        expect(entry).toBe(row === column ? onDiagonal : 0);
      });
    }
  });
});

describe('fillStrictlyLower', () => {
  it('fills row by row', () => {
    expect(evaluate(fillStrictlyLower(constant([[1, 2, 3]]), 3)).toNested()).toEqual([[[0, 0, 0], [1, 0, 0], [2, 3, 0]]]); // prettier-ignore
  });

  it('needs constants of n², forwards and backwards, not n⁴', () => {
    const n = 64;
    const entries = input('entries', ['batch', strictlyLowerSize(n)]);
    const loss = sum(square(fillStrictlyLower(entries, n)));
    const model = toOnnx({ name: 'fill', outputs: { loss, gradient: grad(loss, [entries])[0]! } });
    const constants = topologicalOrder([loss]).map((node) => (isOp(node, 'constant') ? node.attributes.value.size : 0));
    expect(Math.max(...constants)).toBeLessThanOrEqual(n * n);
    expect(model.byteLength).toBeLessThan(64 * n * n);
  });
});

describe('softClamp', () => {
  const f = (x: number): number => evaluate(softClamp(constant(x), 10, 14)).item();

  it('is the identity within the soft bound, to the bit', () => {
    for (const x of [-10, -3.3, 0, 1e-300, 7.7, 10]) expect(f(x)).toBe(x);
  });

  it('stays within the hard bound and keeps its order and slope', () => {
    expect(f(11)).toBeCloseTo(10 + 4 * Math.tanh(0.25), 12);
    expect(f(1e300)).toBe(14);
    expect(f(-1e300)).toBe(-14);
    expect((f(10 + 1e-6) - f(10 - 1e-6)) / 2e-6).toBeCloseTo(1, 6);
  });
});

describe('bernoulliLikelihood', () => {
  it('is x log p + (1 − x) log(1 − p), summed over the last axis', () => {
    const logits = [[0.3, -2, 5]];
    const x = [[1, 0, 0]];
    const p = logits[0]!.map((l) => 1 / (1 + Math.exp(-l)));
    const expected = Math.log(p[0]!) + Math.log(1 - p[1]!) + Math.log(1 - p[2]!);
    const likelihood = bernoulliLikelihood(constant(logits));
    expect(evaluate(likelihood.logProb(x)).data[0]).toBeCloseTo(expected, 13);
    evaluate(likelihood.mean).data.forEach((mean, k) => {
      expect(mean).toBeCloseTo(p[k]!, 14);
    });
  });

  it('stays finite for log-odds that float32 sigmoids cannot hold', () => {
    const likelihood = bernoulliLikelihood(constant([[-200, 200]]));
    expect(evaluate(likelihood.logProb([[1, 0]])).data[0]).toBeCloseTo(-400, 10);
    expect(evaluate(likelihood.logProb([[0, 1]])).data[0]).toBeCloseTo(0, 10);
  });
});

describe('createVae', () => {
  const options = { inputSize: 3, latent: 2, hidden: [5, 4], activation: 'relu', posterior: 'diagonal' } as const;

  it('mirrors the hidden layers and names every parameter once', () => {
    const shapes = Object.fromEntries(createVae(options).parameters.map(({ name, shape }) => [name, shape]));
    expect(shapes).toEqual({
      'encoder.0.weight': [3, 5], 'encoder.0.bias': [5], 'encoder.1.weight': [5, 4], 'encoder.1.bias': [4],
      'mean.weight': [4, 2], 'mean.bias': [2], 'logVariance.weight': [4, 2], 'logVariance.bias': [2],
      'decoder.0.weight': [2, 4], 'decoder.0.bias': [4], 'decoder.1.weight': [4, 5], 'decoder.1.bias': [5],
      'decoder.2.weight': [5, 3], 'decoder.2.bias': [3],
    }); // prettier-ignore
  });

  it('works without hidden layers', () => {
    const names = createVae({ ...options, hidden: [] }).parameters.map(({ name }) => name);
    expect(names).toEqual(['mean.weight', 'mean.bias', 'logVariance.weight', 'logVariance.bias', 'decoder.0.weight', 'decoder.0.bias']); // prettier-ignore
  });

  it('has a diagonal posterior where nobody says which, and a sentence for what names none', () => {
    const rest = { inputSize: 3, latent: 2, hidden: [5, 4], activation: 'relu' } as const;
    const namesOf = (of: Parameters<typeof createVae>[0]) => createVae(of).parameters.map(({ name }) => name);
    expect(namesOf(rest)).toEqual(namesOf(options));
    const wrong = (posterior: unknown) => () => createVae({ ...rest, posterior: posterior as string });
    expect(wrong(3)).toThrow(/^posterior: expected a name, or \{ name, …options \}, got 3; known are 'isotropic', /);
    expect(wrong({ rank: 2 })).toThrow(/^posterior: expected a name/);
    expect(wrong(null)).not.toThrow();
    expect(() => likelihoodFamily({} as never, { inputSize: 3 })).toThrow(
      /^likelihood: expected a name, .* got undefined/,
    );
  });

  it.each([0, -1, 1.5, NaN])('refuses latent size %d', (latent) => {
    expect(() => createVae({ ...options, latent })).toThrow(ValueError);
  });
});
