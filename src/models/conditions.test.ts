import { describe, expect, it } from 'vitest';
import { NdArray, UnsupportedError, ValueError } from '../core/index.ts';
import { createEngine } from '../engine/index.ts';
import { evaluate, evaluateAll } from '../engine/reference/index.ts';
import { MultivariateNormal, StandardNormal, klDivergence } from '../gaussian/index.ts';
import {
  add,
  broadcastTo,
  concat,
  constant,
  input,
  matmul,
  mean,
  reshape,
  slice,
  verifyGraph,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { estimateNll } from '../evaluation/index.ts';
import { elboTerms, logImportanceWeights, negativeElbo, ofRows, rowInput, rowSize } from '../objectives/index.ts';
import { apart, beside, initializeParameters, parameterInputs } from '../nn/index.ts';
import type { Parameters } from '../nn/index.ts';
import { foldIn, key, normal } from '../random/index.ts';
import { checkGradients, expectAllClose } from '../testing/index.ts';
import { createVae, likelihoodFamily } from './index.ts';
import type { NamedVaeOptions, Vae } from './index.ts';

type Values = Readonly<Record<string, NdArray<'float64'>>>;

/** Numbers for all parameters, none of them zero. */
function drawn(model: Vae, scale = 0.5): Values {
  return Object.fromEntries(
    model.parameters.map(({ name, shape }, k) => {
      const values = normal(foldIn(key(5), k), shape, { dtype: 'float64' });
      return [name, new NdArray(values.data.map((value) => scale * value), shape)] as const; // prettier-ignore
    }),
  );
}

const constants = (values: Values): Parameters =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));
const random = (seed: number, shape: readonly number[]): NdArray<'float64'> => normal(key(seed), shape, { dtype: 'float64' }); // prettier-ignore

const sizes = { inputSize: 4, latent: 2, hidden: [5], activation: 'tanh', dtype: 'float64' } as const;
const usual = { ...sizes, posterior: 'full', conditionSize: 3 } as const;

describe('a model with a condition', () => {
  it('is, given one, the model without whose first biases have the condition times its weights', () => {
    const conditional = createVae(usual);
    const plain = createVae({ ...sizes, posterior: 'full' });
    const values = drawn(conditional);
    const c = random(1, [1, 3]);
    const own = { ...values };
    for (const [part, width] of [
      ['encoder', 4],
      ['decoder', 2],
    ] as const) {
      // prettier-ignore
      const weight = constant(values[`${part}.0.weight`] ?? NaN);
      own[`${part}.0.weight`] = evaluate(slice(weight, { 0: [0, width] })) as NdArray<'float64'>;
      const shift = reshape(matmul(c, slice(weight, { 0: [width] })), [5]);
      own[`${part}.0.bias`] = evaluate(add(values[`${part}.0.bias`] ?? NaN, shift)) as NdArray<'float64'>;
    }
    const x = constant(random(2, [6, 4]));
    const said = (model: Vae, parameters: Parameters): Record<string, Tensor> => {
      const { posterior, likelihood, latent } = model.apply(parameters, x, { key: key(3) });
      return { mean: posterior.mean ?? x, covariance: posterior.covariance ?? x, latent, decoded: likelihood.mean };
    };
    const expected = evaluateAll(said(plain, constants(own)));
    const actual = evaluateAll(said(conditional.given(constant(c)), constants(values)));
    for (const [name, value] of Object.entries(actual)) expectAllClose(value, expected[name] ?? [], { rtol: 1e-12, atol: 1e-12 }, name); // prettier-ignore
  });

  it('of convolutions sees it as constant channels of the image', () => {
    const image = {
      inputSize: 64,
      shape: [8, 8],
      latent: 2,
      network: 'conv',
      channels: [3],
      dtype: 'float64',
    } as const;
    const conditional = createVae({ ...image, posterior: 'diagonal', conditionSize: 2 });
    const wide = createVae({ ...image, posterior: 'diagonal', inputSize: 192, shape: [8, 8, 3] });
    const values = drawn(conditional);
    const [x, c] = [constant(random(1, [5, 64])), constant(random(2, [5, 2]))];
    const pixels = concat([reshape(x, [5, 64, 1]), broadcastTo(reshape(c, [5, 1, 2]), [5, 64, 2])], 2);
    const same = wide.encode(constants(values), reshape(pixels, [5, 192]));
    const given = conditional.given(c);
    const posterior = given.encode(constants(values), x);
    expectAllClose(evaluate(posterior.mean ?? x), evaluate(same.mean ?? x), { rtol: 1e-12 });
    expect(given.decode(constants(values), constant(random(3, [5, 2]))).mean.shape).toEqual([5, 64]);
  });

  const all: readonly [string, NamedVaeOptions][] = [
    ['dense', { ...usual, prior: 'conditional-normal', priorHidden: [3] }],
    [
      'convolutions',
      { ...usual, inputSize: 16, shape: [4, 4], network: 'residual', channels: [2], normalization: 'none', hidden: [] },
    ],
  ];
  it.each(all)('has the gradients of its ELBO that differences give: %s', (_, options) => {
    const model = createVae({ ...options, likelihood: likelihoodFamily({ likelihood: 'gaussian', stddev: 0.7 }, options) }); // prettier-ignore
    const values = drawn(model);
    const rows = random(4, [3, rowSize(model)]);
    const names = Object.keys(values);
    checkGradients(
      (data, ...tensors) => {
        const parameters = Object.fromEntries(tensors.map((tensor, k) => [names[k] ?? '', tensor]));
        const { x, model: given } = ofRows(model, data);
        return negativeElbo(elboTerms({ ...given.apply(parameters, x, { key: key(6) }), x }));
      },
      [rows, ...Object.values(values)],
      { step: 2 ** -12 },
    );
  });

  it('decodes several draws of each example with its own condition, also of a symbolic batch', () => {
    const model = createVae({ ...usual, dtype: 'float32' });
    const values = constants(drawn(model));
    const [z, c] = [random(7, [4, 3, 2]), random(8, [3, 3])];
    const all = evaluate(model.given(constant(c)).decode(values, constant(z)).mean);
    for (let example = 0; example < 3; example++) {
      const one = model.given(slice(constant(c), { 0: [example, example + 1] }));
      const own = one.decode(values, slice(constant(z), { 1: [example, example + 1] })).mean;
      expectAllClose(evaluate(slice(constant(all), { 1: [example, example + 1] })), evaluate(own), { rtol: 1e-12 });
    }
    const { x, model: given } = ofRows(model, rowInput(model));
    const { likelihood, posterior } = given.apply(parameterInputs(model.parameters), x, { key: key(1) });
    expect([x.shape, posterior.batchShape, likelihood.mean.shape]).toEqual([['batch', 4], ['batch'], ['batch', 4]]);
    verifyGraph([likelihood.mean]);
  });

  it('is the same expressions as ever where there is none', () => {
    const model = createVae({ ...sizes, posterior: 'full' });
    const x = input('x', ['batch', 4]);
    expect(ofRows(model, x)).toEqual({ x, model });
    expect([model.conditionSize, rowSize(model)]).toEqual([0, 4]);
  });

  it('refuses to be asked without it, to be given another, and to be given one twice', () => {
    const model = createVae(usual);
    const [x, c] = [input('x', ['batch', 4]), constant(random(1, [1, 3]))];
    for (const ask of [() => model.encode({}, x), () => model.decode({}, x), () => model.prior({})])
      expect(ask).toThrow('give it a condition of 3 numbers first');
    expect(() => model.given(constant([[1, 2]]))).toThrow('takes conditions [..., 3], these are [1, 2]');
    expect(() => model.given(c).given(c)).toThrow('has it already');
    expect(() => createVae({ ...sizes, posterior: 'full' }).given(c)).toThrow('takes no condition');
  });

  it('refuses parts that do not go with one', () => {
    const vamp = { ...usual, prior: 'vamp', posterior: 'diagonal' } as const;
    expect(() => createVae(vamp)).toThrow(UnsupportedError);
    expect(() => createVae(vamp)).toThrow(
      /'vamp' is made of the posteriors of inputs of its own.*'conditional-normal'/,
    );
    const without = { ...sizes, posterior: 'full', prior: 'conditional-normal' } as const;
    expect(() => createVae(without)).toThrow(/p\(z\|c\), and the model has no condition/);
    const { encoder, decoder } = { encoder: { parameters: [], apply: (_: unknown, x: Tensor) => x, inputSize: 7, outputSize: 7 }, decoder: { parameters: [], apply: (_: unknown, z: Tensor) => z, inputSize: 2, outputSize: 4 } }; // prettier-ignore
    expect(() => createVae({ encoder, decoder, latent: 2, posterior: 'diagonal', conditionSize: 3 })).toThrow(
      'the decoder must take latent 2 numbers and 3 of the condition',
    );
    expect(() => createVae({ ...usual, conditionSize: -1 })).toThrow(ValueError);
  });

  it('parts what it puts together', () => {
    const [x, c] = [random(1, [2, 5]), random(2, [2, 3])];
    const { value, condition } = apart(beside(constant(x), constant(c)), 3);
    expect(evaluate(value)).toEqual(x);
    expect(evaluate(condition)).toEqual(c);
  });
});

it('the conditional prior begins at N(0, I), and its KL is that of the Gaussians', () => {
  const model = createVae({ ...usual, prior: 'conditional-normal', dtype: 'float32' });
  const c = constant(random(1, [2, 3]), 'float32');
  const values = initializeParameters(model.parameters, key(0));
  const begun = model.given(c).prior(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]))); // prettier-ignore
  expect(begun.batchShape).toEqual([2]);
  const z = constant(random(2, [2, 2]), 'float32');
  expectAllClose(evaluate(begun.logProb(z)), evaluate(StandardNormal.ofSize(2, 'float32').logProb(z)), { rtol: 1e-6 });

  const prior = createVae({ ...usual, prior: 'conditional-normal' }).given(constant(random(1, [1, 3]))).prior(constants(drawn(model))); // prettier-ignore
  const q = MultivariateNormal.fromScaleTril([[0.3, -1]], [[[0.7, 0], [0.2, 0.5]]]); // prettier-ignore
  const { value, logProb } = q.sampleAndLogProb(key(4), [20_000]);
  const estimate = evaluate(mean(add(logProb, matmul(prior.logProb(value), [[-1]])))).item();
  // One standard error is below 0.02: log-densities of two Gaussians of unit scale.
  expect(Math.abs(estimate - evaluate(klDivergence(q, prior)).data[0]!)).toBeLessThan(0.1);
});

describe('a linear Gaussian model with a condition', () => {
  // x = W z + V c + b + s ε, z ~ N(M c, I); W has orthogonal columns, so that the posterior is diagonal.
  const [latent, conditionSize, inputSize, s] = [2, 3, 4, 0.6];
  const w = [[1, 0.5], [0.5, -1], [1, 0.5], [-0.5, 1]]; // prettier-ignore
  const [v, b, m] = [random(11, [inputSize, conditionSize]), random(12, [inputSize]), random(13, [latent, conditionSize])]; // prettier-ignore
  const [x, c] = [random(14, [7, inputSize]), random(15, [7, conditionSize])];
  const of = (matrix: NdArray, row: number, column: number): number => matrix.data[row * (matrix.shape[1] ?? 1) + column] ?? NaN; // prettier-ignore
  const range = (n: number): number[] => Array.from({ length: n }, (_, k) => k);
  const squares = range(latent).map((j) => w.reduce((sum, row) => sum + (row[j] ?? 0) ** 2, 0));
  const variance = squares.map((square) => 1 / (1 + square / s ** 2));
  const options = {
    inputSize,
    latent,
    conditionSize,
    hidden: [],
    posterior: 'diagonal',
    prior: 'conditional-normal',
    likelihood: likelihoodFamily({ likelihood: 'gaussian', stddev: s }, { inputSize }),
  } as const;
  const array = (rows: number[][]): NdArray<'float64'> => NdArray.from(rows, 'float64');
  const zeros = (rows: number, columns: number): number[][] => range(rows).map(() => range(columns).map(() => 0));
  /** μ(x, c) = Λ⁻¹ (Wᵀ (x − V c − b) / s² + M c), Λ = I + Wᵀ W / s² */
  const values: Values = {
    'mean.weight': array([
      ...range(inputSize).map((i) => range(latent).map((j) => ((variance[j] ?? 0) * (w[i]?.[j] ?? 0)) / s ** 2)),
      ...range(conditionSize).map((k) =>
        range(latent).map(
          (j) =>
            (variance[j] ?? 0) *
            (of(m, j, k) - range(inputSize).reduce((sum, i) => sum + (w[i]?.[j] ?? 0) * of(v, i, k), 0) / s ** 2),
        ),
      ),
    ]),
    'mean.bias': NdArray.from(
      range(latent).map((j) => (-(variance[j] ?? 0) * range(inputSize).reduce((sum, i) => sum + (w[i]?.[j] ?? 0) * (b.data[i] ?? 0), 0)) / s ** 2), // prettier-ignore
      'float64',
    ),
    'logVariance.weight': array(zeros(inputSize + conditionSize, latent)),
    'logVariance.bias': NdArray.from(variance.map(Math.log), 'float64'),
    'decoder.0.weight': array([
      ...range(latent).map((j) => range(inputSize).map((i) => w[i]?.[j] ?? NaN)),
      ...range(conditionSize).map((k) => range(inputSize).map((i) => of(v, i, k))),
    ]),
    'decoder.0.bias': b,
    'prior.mean.weight': array(range(conditionSize).map((k) => range(latent).map((j) => of(m, j, k)))),
    'prior.mean.bias': NdArray.zeros([latent], 'float64'),
    'prior.logVariance.weight': array(zeros(conditionSize, latent)),
    'prior.logVariance.bias': NdArray.zeros([latent], 'float64'),
  };
  /** log N(x; (W M + V) c + b, W Wᵀ + s² I), by the project's own Gaussian. */
  const exact = (): NdArray => {
    const location = add(matmul(c, add(matmul(v, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]), matmul(w, m)), { transposeB: true }), b); // prettier-ignore
    const covariance = range(inputSize).map((i) => range(inputSize).map((j) => range(latent).reduce((sum, k) => sum + (w[i]?.[k] ?? 0) * (w[j]?.[k] ?? 0), i === j ? s ** 2 : 0))); // prettier-ignore
    return evaluate(MultivariateNormal.fromCovariance(location, covariance).logProb(x));
  };

  it('has log p(x|c) as the weight of every draw from its posterior', () => {
    const model = createVae({ ...options, dtype: 'float64' }).given(constant(c));
    expect(Object.keys(values).sort()).toEqual(model.parameters.map(({ name }) => name).sort());
    const parameters = constants(values);
    const { value: latent, logProb: posteriorLogProb } = model.encode(parameters, constant(x)).sampleAndLogProb(key(1), [5]); // prettier-ignore
    const likelihood = model.decode(parameters, latent);
    const prior = model.prior(parameters);
    const weights = evaluate(logImportanceWeights({ prior, latent, posteriorLogProb, likelihood, x }));
    const expected = exact().data;
    weights.data.forEach((weight, k) => {
      expect(Math.abs(weight - (expected[k % 7] ?? NaN))).toBeLessThan(1e-10);
    });
  });

  it('and as its NLL over rows of data, on an engine', async () => {
    const model = createVae(options);
    const rows = Array.from(evaluate(beside(constant(x), constant(c))).data);
    const width = rowSize(model);
    const examples = {
      size: 7,
      exampleSize: width,
      read: (indices: Uint32Array, out: Float32Array) => {
        indices.forEach((index, k) => {
          out.set(rows.slice(index * width, (index + 1) * width), k * width);
        });
      },
    };
    const engine = await createEngine({ engine: 'reference' });
    const parameters = Object.fromEntries(Object.entries(values).map(([name, { data, shape }]) => [name, new NdArray(Float32Array.from(data), shape)])); // prettier-ignore
    const nll = await estimateNll({ engine, model, parameters, examples, draws: 3, key: key(2) });
    const expected = Array.from(exact().data).reduce((sum, value) => sum - value / 7, 0);
    expect(Math.abs(nll.value - expected)).toBeLessThan(2e-5 * Math.abs(expected));
    expect(nll.effectiveSampleSize).toBeCloseTo(3, 3);
  });
});
