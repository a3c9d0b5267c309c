import { describe, expect, it } from 'vitest';
import { NdArray, UnsupportedError } from '../../core/index.ts';
import { createEngine } from '../../engine/index.ts';
import { evaluate } from '../../engine/reference/index.ts';
import { constant } from '../../graph/index.ts';
import { evaluateModel } from '../../evaluation/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { testPrior } from '../../testing/model-parts.ts';
import { Trainer, buildStep } from '../../training/index.ts';
import { partByRows } from '../../training/replicas/row-step.ts';
import { createVae, definePosterior, likelihoodFamily } from '../index.ts';
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

  it('fits two clouds better than N(0, I), and on two threads as on one', async () => {
    const count = 256;
    const noise = normal(key(3), [count, 5]).data;
    const examples = {
      size: count,
      exampleSize: 5,
      read: (indices: Uint32Array, out: Float32Array) => {
        indices.forEach((index, k) => {
          for (let at = 0; at < 5; at++) out[5 * k + at] = (index % 2 === 0 ? 1 : -1) + 0.1 * noise[5 * index + at]!;
        });
      },
    };
    const engine = await createEngine();
    const fit = async (prior: string, replicas: number) => {
      const likelihood = likelihoodFamily({ likelihood: 'gaussian', stddev: 0.3 }, { inputSize: 5 });
      const model = createVae({ ...sizes, posterior: 'diagonal', prior, ...(prior === 'vamp' && { pseudoInputs: 8 }), likelihood }); // prettier-ignore
      expect(partByRows(buildStep(model, 32))).toBeDefined();
      const config = {
        epochs: 30,
        batchSize: 32,
        optimizer: { name: 'adam', learningRate: 0.01 },
        schedule: { name: 'constant' },
        validation: 0,
        seed: 1,
      } as const;
      const trainer = await Trainer.create({ engine, model, training: examples, config, replicas, onNotice: 'silent' });
      let steps = 0;
      for await (const event of trainer.run()) if (event.event === 'step') steps++;
      expect(steps).toBe(30 * 8);
      const parameters = trainer.result();
      await trainer.dispose();
      const { nll, kl, klPerDimension } = await evaluateModel({ engine, model, parameters, examples, draws: 20, seed: 0 }); // prettier-ignore
      return { parameters, nll: nll.value, kl, klPerDimension };
    };
    const [vampPrior, standard] = [await fit('vamp', 1), await fit('standard-normal', 1)];
    expect(vampPrior.nll).toBeLessThan(standard.nll);
    expect([vampPrior.klPerDimension, standard.klPerDimension?.length]).toEqual([undefined, 2]);
    const parted = await fit('vamp', 2);
    for (const [name, { data }] of Object.entries(vampPrior.parameters)) {
      expect(parted.parameters[name]?.data, name).toEqual(data);
    }
  });
});
