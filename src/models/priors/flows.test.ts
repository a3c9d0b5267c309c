import { describe, expect, it } from 'vitest';
import { evaluate } from '../../engine/reference/index.ts';
import { StandardNormal } from '../../gaussian/index.ts';
import { constant } from '../../graph/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { createVae } from '../index.ts';

const sizes = { inputSize: 4, hidden: [3], activation: 'tanh', posterior: 'diagonal' } as const;

describe.each(['realnvp', 'maf'])('the prior %s', (prior) => {
  it('starts at N(0, I)', () => {
    const model = createVae({ ...sizes, prior, latent: 3 });
    const values = initializeParameters(model.parameters, key(1));
    const tensors = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));
    const z = normal(key(2), [5, 3]);
    const [mine, standard] = [model.prior(tensors).logProb(z), StandardNormal.ofSize(3).logProb(z)];
    evaluate(mine).data.forEach((value, k) => {
      expect(value).toBeCloseTo(evaluate(standard).data[k]!, 5);
    });
    expect(evaluate(model.prior(tensors).fromNoise!(constant(z)).value).data).toEqual(z.data);
  });

  it('says of one latent dimension that it would be a Gaussian again', () => {
    expect(() => createVae({ ...sizes, prior, latent: 1 })).toThrow(
      /at least 2 \(latent\), or prior 'gaussian-mixture'/,
    );
  });
});

it('says what to lower where draws of a MAF would take too many passes', () => {
  const build = (latent: number) => createVae({ ...sizes, prior: 'maf', latent, priorFlows: 4 });
  expect(() => build(64)).not.toThrow();
  expect(() => build(65)).toThrow(/65 × 4 = 260 passes .* at most 256 .* fewer latent dimensions or priorFlows, or prior 'realnvp'/); // prettier-ignore
});
