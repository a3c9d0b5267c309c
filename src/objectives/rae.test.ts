// The regularised autoencoder's terms against loops and the whole Jacobian.
import { describe, expect, it } from 'vitest';
import { CapabilityError, NdArray } from '../core/index.ts';
import { evaluate, evaluateAll } from '../engine/reference/index.ts';
import { asGraphKey, constant, reshape, slice } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { createVae } from '../models/index.ts';
import { bernoulli, foldIn, key, normal } from '../random/index.ts';
import { jacobian } from '../testing/jacobian.ts';
import { buildStep } from '../training/index.ts';
import { createObjective, objectives, squaredJacobian } from './index.ts';

const [rows, inputSize, latent] = [4, 5, 2];
const sizes = { latent, inputSize, batchSize: rows, trainingSize: 20 };
const model = createVae({
  inputSize,
  latent,
  hidden: [3],
  activation: 'tanh',
  posterior: 'deterministic',
  dtype: 'float64',
});
const values: Record<string, NdArray<'float64'>> = Object.fromEntries(
  model.parameters.map(({ name, shape }, k) => [name, normal(foldIn(key(1), k), shape, { dtype: 'float64' })]),
);
const parameters = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));
const x = constant(NdArray.from(bernoulli(key(2), 0.4, [rows, inputSize]), 'float64'));
const output = model.apply(parameters, x, { key: key(3), mode: 'train' });
const row = objectives.find(({ name }) => name === 'rae')!;

function lossesOf(options: Readonly<Record<string, unknown>>) {
  const objective = createObjective(row, options, sizes);
  const scalars = Object.fromEntries(
    Object.entries(objective.scalars).map(([name, at]) => [name, constant(at as number, 'float64')]),
  );
  const { loss, metrics } = objective.build({ x, rows, key: asGraphKey(key(4)), model, parameters, output, scalars, trainingSize: 20 }); // prettier-ignore
  return Object.fromEntries(
    Object.entries(evaluateAll({ loss, ...metrics })).map(([name, value]) => [name, value.item()]),
  );
}

const { z, logProb } = evaluateAll({ z: output.latent, logProb: output.likelihood.logProb(x) });
const reconstruction = [...logProb.data].reduce((sum, each) => sum + each, 0) / rows;
const norm = [...z.data].reduce((sum, each) => sum + each * each, 0) / 2 / rows;

/** ‖∂E[x|z]/∂z‖²_F of each row, entry by entry of its Jacobian. */
const squaredNorms = Array.from({ length: rows }, (_, at) => {
  const own = constant(evaluate(reshape(slice(constant(z), { 0: [at, at + 1] }), [latent])));
  const decoded = (point: Tensor): Tensor =>
    reshape(model.decode(parameters, reshape(point, [1, latent])).mean, [inputSize]);
  return jacobian(decoded, own)
    .flat()
    .reduce((sum, each) => sum + each * each, 0);
});

describe('the objective rae', () => {
  it('with l2 is reconstruction, ½‖z‖² and the squares of the decoder’s weights, its biases left out', () => {
    const weights = Object.entries(values).filter(([name]) => /^decoder\..*weight$/.test(name));
    expect(weights).toHaveLength(2);
    const squares = weights.flatMap(([, { data }]) => [...data]).reduce((sum, each) => sum + each * each, 0);
    const found = lossesOf({ codeWeight: 0.3, regularizerWeight: 0.07 });
    expect(found.norm).toBeCloseTo(norm, 12);
    expect(found.penalty).toBeCloseTo(squares, 10);
    expect(found.loss).toBeCloseTo(-reconstruction + 0.3 * norm + 0.07 * squares, 10);
    expect(found).not.toHaveProperty('kl');
  });

  it('without a regulariser has no third term', () => {
    const found = lossesOf({ codeWeight: 0.3, regularizer: 'none' });
    expect(found.loss).toBeCloseTo(-reconstruction + 0.3 * norm, 12);
    expect(found).not.toHaveProperty('penalty');
  });

  it('with a gradient penalty is unbiased for the squared Jacobian, example by example', () => {
    const draws = 2000;
    const one = evaluate(squaredJacobian({ output, key: asGraphKey(key(5)) }, 100)).data;
    const sums = new Float64Array(rows);
    const squares = new Float64Array(rows);
    for (let draw = 0; draw < draws / 100; draw++) {
      const found = evaluate(squaredJacobian({ output, key: asGraphKey(foldIn(key(6), draw)) }, 100)).data;
      found.forEach((value, at) => {
        sums[at]! += value;
        squares[at]! += value * value;
      });
    }
    squaredNorms.forEach((wanted, at) => {
      const mean = sums[at]! / (draws / 100);
      const error = Math.sqrt(Math.max(0, squares[at]! / (draws / 100) - mean ** 2) / (draws / 100));
      // Signs have a variance of twice the squares off the diagonal of J Jᵀ, which is not 0 here.
      expect(error, `example ${at}`).toBeGreaterThan(0);
      expect(Math.abs(mean - wanted), `example ${at}: ${mean} for ${wanted}`).toBeLessThan(4.5 * error);
      expect(one[at]).not.toBe(one[(at + 1) % rows]);
    });
  });

  it('with a gradient penalty of one output is exact by a single projection', () => {
    const single = createVae({
      inputSize: 1,
      latent,
      hidden: [3],
      activation: 'tanh',
      posterior: 'deterministic',
      dtype: 'float64',
    });
    const own = Object.fromEntries(
      single.parameters.map(({ name, shape }, k) => [
        name,
        constant(normal(foldIn(key(7), k), shape, { dtype: 'float64' })),
      ]),
    );
    const given = single.apply(own, constant([[0.3]], 'float64'), { key: key(3) });
    const found = evaluate(squaredJacobian({ output: given, key: asGraphKey(key(8)) }, 1)).item();
    const point = constant(evaluate(reshape(given.latent, [latent])));
    const slopes = jacobian((z) => reshape(single.decode(own, reshape(z, [1, latent])).mean, [1]), point).flat();
    expect(found).toBeCloseTo(
      slopes.reduce((sum, each) => sum + each * each, 0),
      14,
    );
  });

  it('refuses a prior that nothing would train', () => {
    const learned = createVae({ inputSize, latent, hidden: [3], posterior: 'deterministic', prior: 'realnvp' });
    for (const each of objectives.filter(({ name }) => name === 'rae' || name === 'ae')) {
      const build = () => buildStep(learned, rows, createObjective(each, {}, sizes));
      expect(build).toThrow(CapabilityError);
      expect(build).toThrow(/nothing in it would train the prior 'realnvp'/);
    }
  });
});
