import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../engine/index.ts';
import { constant, reshape, slice } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key, normal } from '../random/index.ts';
import { expectAllClose } from '../testing/index.ts';
import { createVae } from './index.ts';

const [rows, draws, inputSize, latent, conditionSize] = [4, 3, 6, 2, 2];
const sizes = { inputSize, latent, hidden: [5], activation: 'tanh', dtype: 'float64' } as const;
const drawn = (seed: number, shape: readonly number[]): Tensor =>
  constant(normal(key(seed), shape, { dtype: 'float64' }));

describe.each([
  ['without a condition', createVae({ ...sizes, posterior: 'full' })],
  ['with a condition', createVae({ ...sizes, posterior: 'diagonal', prior: 'conditional-normal', conditionSize })],
  [
    'of convolutions',
    createVae({ ...sizes, shape: [2, 3], network: 'conv', channels: [3], posterior: 'planar', flows: 2 }),
  ],
])('several draws of a model %s', (_, model) => {
  const parameters = Object.fromEntries(model.parameters.map(({ name, shape }, k) => [name, drawn(10 + k, shape)]));
  const x = drawn(1, [rows, inputSize]);
  const given = model.conditionSize > 0 ? model.given(drawn(2, [rows, conditionSize])) : model;
  const output = given.apply(parameters, x, { key: key(3), draws });
  const each = (tensor: Tensor, k: number): Tensor => {
    const part = slice(tensor, { 1: [k, k + 1] });
    return reshape(part, [rows, ...tensor.shape.slice(2)]);
  };

  it('are decoded, and judged by the prior, one by one as together', () => {
    expect([output.latent.shape, output.logProbOfDraw.shape]).toEqual([
      [rows, draws, latent],
      [rows, draws],
    ]);
    const prior = output.prior.logProb(output.latent);
    for (let k = 0; k < draws; k++) {
      const z = each(output.latent, k);
      const found = evaluateAll({
        mean: each(output.likelihood.mean, k),
        wantedMean: given.decode(parameters, z).mean,
        prior: each(prior, k),
        wantedPrior: given.prior(parameters).logProb(z),
        ...(model.parts.posterior.name !== 'planar' && {
          density: each(output.logProbOfDraw, k),
          wantedDensity: given.encode(parameters, x).logProb(z),
        }),
      });
      const tolerance = { rtol: 1e-10, atol: 1e-10 };
      expectAllClose(found.mean, found.wantedMean, tolerance);
      expectAllClose(found.prior, found.wantedPrior, tolerance);
      if (found.density && found.wantedDensity) expectAllClose(found.density, found.wantedDensity, tolerance);
    }
  });

  it('differ', () => {
    const { latent: z } = evaluateAll({ latent: output.latent });
    expect(new Set(z.data).size).toBe(rows * draws * latent);
  });

  it('are constants for a decoder that is cut off', () => {
    expect(output.decoded).toBeUndefined();
    const { decoded, latent: z } = given.apply(parameters, x, { key: key(3), draws, cutOff: true });
    expect(decoded?.op).toBe('stopGradient');
    expect(decoded?.inputs[0]).toBe(z);
  });
});
