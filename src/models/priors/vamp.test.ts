import { describe, expect, it } from 'vitest';
import { NdArray, UnsupportedError } from '../../core/index.ts';
import { evaluate } from '../../engine/reference/index.ts';
import { constant } from '../../graph/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { testPrior } from '../../testing/model-parts.ts';
import { createVae, definePosterior } from '../index.ts';
import { diagonal } from '../posteriors/diagonal.ts';
import { vamp } from './vamp.ts';

describe('one component', () => {
  testPrior(vamp, { pseudoInputs: 1 });
});

const sizes = { inputSize: 5, latent: 2, hidden: [6], activation: 'tanh', posterior: 'full' } as const;

describe('a VampPrior', () => {
  it('is the mixture of the posteriors of its pseudo-inputs', () => {
    const model = createVae({ ...sizes, prior: 'vamp', pseudoInputs: 3 });
    expect(model.parameters.at(-1)).toMatchObject({ name: 'prior.pseudoInputs', shape: [3, 5] });
    const values = initializeParameters(model.parameters, key(1));
    const parameters = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));
    const z = normal(key(2), [4, 2]);
    const each = evaluate(
      model.encode(parameters, constant(values['prior.pseudoInputs']!)).logProb(z.reshape([4, 1, 2])),
    );
    const expected = [0, 1, 2, 3].map((row) => {
      const densities = [0, 1, 2].map((k) => Math.exp(each.data[3 * row + k]!));
      return Math.log(densities.reduce((a, b) => a + b) / 3);
    });
    const actual = evaluate(model.prior(parameters).logProb(z)).data;
    expected.forEach((value, row) => {
      expect(actual[row]).toBeCloseTo(value, 4);
    });
  });

  it('begins at training examples', () => {
    const examples = NdArray.from([[1, 2, 3, 4, 5], [9, 8, 7, 6, 5]], 'float32'); // prettier-ignore
    const { parameters } = vamp.build({ pseudoInputs: 2 }, { inputSize: 5, latent: 2, dtype: 'float32' });
    const { 'prior.pseudoInputs': start } = initializeParameters(parameters, key(1), { examples: () => examples });
    const distances = start!.data.map((value, k) => Math.abs(value - examples.data[k]!));
    expect(Math.max(...distances)).toBeLessThan(0.06);
    expect(Math.min(...distances)).toBeGreaterThan(0);
  });

  it('needs a posterior that knows its density anywhere', () => {
    const ofDraws = definePosterior({
      name: 'of-draws',
      summary: '',
      when: '',
      options: {},
      capabilities: ['logProbOfDraw'],
      build: (_, given) => diagonal.build({}, given),
    });
    const build = () => createVae({ ...sizes, posterior: 'of-draws', prior: 'vamp', parts: [ofDraws] });
    expect(build).toThrow(UnsupportedError);
    expect(build).toThrow(/prior 'vamp' needs of the posterior .*\(logProb\).*'of-draws' does not have.*diagonal/);
  });
});
