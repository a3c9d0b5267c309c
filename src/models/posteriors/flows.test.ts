import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { evaluate, evaluateAll } from '../../engine/reference/index.ts';
import { MultivariateNormal } from '../../gaussian/index.ts';
import { add, constant, identityMatrix, matmul, mul, reshape, sub } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { checkGradients, expectAllClose } from '../../testing/index.ts';
import { jacobian, logAbsDet } from '../../testing/jacobian.ts';
import { buildStep } from '../../training/index.ts';
import { partByRows } from '../../training/replicas/row-step.ts';
import { createVae } from '../index.ts';
import { asGaussian, posteriors } from './index.ts';
import { sylvesterFlow } from './sylvester.ts';

const drawn = (seed: number, shape: readonly number[], scale = 1): NdArray<'float64'> =>
  new NdArray(normal(key(seed), shape, { dtype: 'float64' }).data.map((x) => scale * x), shape); // prettier-ignore

const flowRows = posteriors.filter((row) => 'base' in row.options);
const cases = flowRows.flatMap(({ name }) => (['diagonal', 'full'] as const).map((base) => [name, base] as const));
const sizes = { inputSize: 6, hidden: [5], activation: 'tanh', latent: 4 } as const;
const x = constant(drawn(8, [1, 6]));

it('there are four kinds of flows', () => {
  expect(flowRows.map(({ name }) => name)).toEqual(['planar', 'radial', 'sylvester', 'iaf']);
});

describe.each(cases)('the posterior %s over a %s Gaussian', (name, base) => {
  const model = createVae({ ...sizes, posterior: { name, flows: 3, base } });

  it('states the log density of a draw by its Jacobian, in four dimensions', () => {
    // A network of 64 units bends more than a layer does.
    const scale = name === 'iaf' ? 0.15 : 0.5;
    const values = model.parameters.map((spec, k) => [spec.name, constant(drawn(100 + k, spec.shape, scale))] as const);
    const q = model.encode(Object.fromEntries(values), x);
    for (const draw of [1, 2, 3]) {
      const epsilon = drawn(draw, [4]);
      const value = (noise: Tensor): Tensor => reshape(q.fromNoise(reshape(noise, [1, 4])).value, [4]);
      const ofNoise = -epsilon.data.reduce((total, e) => total + e * e, 0) / 2 - 2 * Math.log(2 * Math.PI);
      const stated = evaluate(q.fromNoise(constant(epsilon.reshape([1, 4]))).logProb).item();
      expect(stated).toBeCloseTo(ofNoise - logAbsDet(jacobian(value, constant(epsilon))), 9);
    }
  });

  it('starts at the Gaussian, or near it, and is parted by rows', () => {
    const gaussian = createVae({ ...sizes, posterior: base });
    const start = initializeParameters(model.parameters, key(1));
    const own = Object.fromEntries(Object.entries(start).map(([of, value]) => [of, constant(value)]));
    const noise = constant(normal(key(2), [20, 1, 4]));
    const input = constant(normal(key(3), [1, 6]));
    const [flow, plain] = [model.encode(own, input).fromNoise(noise), asGaussian(gaussian.encode(own, input)).fromNoise(noise)]; // prettier-ignore
    // A gate of 0.88 for each coordinate and flow.
    const gate = name === 'iaf' ? 1 / (1 + Math.exp(-2)) : 1;
    const expected = evaluateAll({ value: mul(plain.value, gate ** 3), logProb: sub(plain.logProb, 12 * Math.log(gate)) }); // prettier-ignore
    expectAllClose(evaluate(flow.value), expected.value, { rtol: 1e-5, atol: 1e-5 });
    expectAllClose(evaluate(flow.logProb), expected.logProb, { rtol: 1e-5, atol: 1e-5 });
    expect(partByRows(buildStep(model, 8))).toBeDefined();
  });
});

describe('Sylvester flows', () => {
  const [n, m] = [4, 3];
  const vectors = [1, 2, 3].map((seed) => constant(drawn(seed, [n])));
  const [outer, inner, b] = [drawn(4, [6]), drawn(5, [6]), drawn(6, [m])];
  const flow = sylvesterFlow({ vectors, outer: constant(outer), inner: constant(inner), b: constant(b) });

  it('are z + Q R tanh(R̃ Qᵀ z + b), by matrices', () => {
    const reflection = (v: Tensor): Tensor => {
      const column = reshape(v, [n, 1]);
      const square = evaluate(matmul(column, column, { transposeA: true })).item();
      return sub(identityMatrix(n, 'float64'), mul(matmul(column, column, { transposeB: true }), 2 / square));
    };
    const [first, second, third] = vectors.map(reflection) as [Tensor, Tensor, Tensor];
    const q = evaluate(matmul(third, matmul(second, first))).data.filter((_, at) => at % n < m); // the first m columns
    const upper = (entries: NdArray<'float64'>): number[][] => {
      const [d0, d1, d2, e10, e20, e21] = entries.data as unknown as number[];
      const d = [d0, d1, d2].map((value) => 0.999 * Math.tanh(value!));
      return [[d[0]!, e10!, e20!], [0, d[1]!, e21!], [0, 0, d[2]!]]; // prettier-ignore
    };
    const matrix = constant(new NdArray(q, [n, m]));
    expectAllClose(evaluate(matmul(matrix, matrix, { transposeA: true })), evaluate(identityMatrix(m, 'float64')), { atol: 1e-14 }); // prettier-ignore
    const z = [0.3, -1, 2, 0.7];
    const apply = (rows: readonly (readonly number[])[], v: readonly number[]): number[] =>
      rows.map((row) => row.reduce((total, entry, k) => total + entry * v[k]!, 0));
    const rowsOfQ = Array.from({ length: n }, (_, k) => [...q.subarray(m * k, m * (k + 1))]);
    const turned = [0, 1, 2].map((j) => rowsOfQ.reduce((total, row, k) => total + row[j]! * z[k]!, 0));
    const t = apply(upper(inner), turned).map((value, k) => Math.tanh(value + b.data[k]!));
    const expected = apply(rowsOfQ, apply(upper(outer), t)).map((value, k) => z[k]! + value);
    const { value, logDet } = flow.forwardWithLogDet(constant(z));
    expectAllClose(evaluate(value), expected, { atol: 1e-12 });
    expect(evaluate(logDet).item()).toBeCloseTo(logAbsDet(jacobian((at) => flow.forwardWithLogDet(at).value, constant(z))), 11); // prettier-ignore
  });

  it('have gradients that differences confirm, for all of their numbers', () => {
    checkGradients(
      (z, v, r, inside, shift) => {
        const own = sylvesterFlow({ vectors: [v, ...vectors.slice(1)], outer: r, inner: inside, b: shift });
        const { value, logDet } = own.forwardWithLogDet(z);
        return add(value, logDet);
      },
      [[0.3, -1, 2, 0.7], drawn(1, [n]), outer, inner, b], // prettier-ignore
    );
  });

  it('can be inverted however large their numbers are: no determinant is 0', () => {
    for (const [p, q] of [
      [50, -50],
      [-50, 50],
      [-50, -50],
      [50, 50],
    ] as const) {
      const single = (values: readonly number[]): Tensor => constant(values, 'float32');
      const float = sylvesterFlow({
        vectors: vectors.map((v) => constant(evaluate(v), 'float32')),
        outer: single([p, p, p, 9, -9, 9]),
        inner: single([q, q, q, -9, 9, 9]),
        b: single([0, 0, 0]),
      });
      const { logDet } = evaluateAll({ ...float.forwardWithLogDet(constant([0, 0, 0, 0], 'float32')) });
      // Three factors of at least 1 − 0.999².
      expect(logDet.item()).toBeGreaterThan(3 * Math.log(0.0019));
    }
  });

  it('say how many columns there may be', () => {
    const build = (columns: number) => createVae({ ...sizes, posterior: { name: 'sylvester', columns } });
    expect(() => build(4)).not.toThrow();
    expect(() => build(5)).toThrow(
      'no 5 directions upright on each other among 4 latent dimensions. Choose columns of at most 4',
    );
  });
});

describe('the Householder posterior', () => {
  it('is the Gaussian N(H μ, H diag(σ²) Hᵀ)', () => {
    const model = createVae({ ...sizes, posterior: { name: 'householder', reflections: 3 } });
    const parameters = Object.fromEntries(
      model.parameters.map((spec, k) => [spec.name, constant(drawn(200 + k, spec.shape, 0.7))]),
    );
    const q = asGaussian(model.encode(parameters, x));
    const { mean, covariance } = evaluateAll({ mean: q.mean, covariance: q.covariance });
    const dense = MultivariateNormal.fromCovariance(mean, covariance);
    const z = constant(drawn(9, [5, 1, 4]));
    expectAllClose(evaluate(q.logProb(z)), evaluate(dense.logProb(z)), { rtol: 1e-10 });
    // Variances of the coordinates before they are turned are the eigenvalues; the mean is turned with them.
    const unturned = createVae({ ...sizes, posterior: 'diagonal' }).encode(parameters, x);
    const trace = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
    const before = evaluateAll({ mean: unturned.mean!, variance: unturned.variance! });
    expect(trace([0, 5, 10, 15].map((k) => covariance.data[k]!))).toBeCloseTo(trace(before.variance.data), 10);
    // H by the factor, H diag(σ): it turns the mean as well.
    const factor = evaluate(q.root.matrix()).data;
    [0, 1, 2, 3].forEach((row) => {
      const own = [0, 1, 2, 3].reduce((total, k) => total + (factor[4 * row + k]! / Math.sqrt(before.variance.data[k]!)) * before.mean.data[k]!, 0); // prettier-ignore
      expect(mean.data[row]).toBeCloseTo(own, 10);
    });
    expect(Math.abs(covariance.data[1]!)).toBeGreaterThan(0.01);
  });
});

it('an autoregressive posterior says of one latent dimension that it would be a Gaussian again', () => {
  expect(() => createVae({ ...sizes, latent: 1, posterior: 'iaf' })).toThrow(
    /at least 2 \(latent\), or posterior 'planar'/,
  );
});

it('only where flows have an inverse is the density of any point known, and asked for', () => {
  const factored = { ...sizes, prior: { name: 'vamp', pseudoInputs: 2 } };
  for (const name of ['planar', 'sylvester', 'iaf'])
    expect(() => createVae({ ...factored, posterior: name })).toThrow(`(logProb) and mean and variance in closed form (moments), which '${name}' does not have`); // prettier-ignore
  expect(() => createVae({ ...factored, posterior: 'radial' })).toThrow("needs of the posterior mean and variance in closed form (moments), which 'radial' does not have"); // prettier-ignore
  expect(() => createVae({ ...factored, posterior: 'householder' })).not.toThrow();
});
