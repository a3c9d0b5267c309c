import { describe, expect, it } from 'vitest';
import { checkSweepSettings } from './index.ts';
import { dimensionsOfSettings } from './sweep-json.ts';
import type { SweepSettings } from './index.ts';
import { optionsOf } from './trial-options.ts';

const right = { data: 'digits', space: { latent: [2, 4] } };
const check = (changes: object) => checkSweepSettings({ ...right, ...changes }, 'sweep.json');

describe('sweep.json', () => {
  it.each([
    [{ spce: {} }, /^sweep\.json: unknown option 'spce'; did you mean 'space'\?/],
    [{ data: undefined }, /^sweep\.json: 'data' is missing/],
    [{ data: 3 }, /^sweep\.json: data must be a text/],
    [{ space: {} }, /^sweep\.json: space must be an object of axes, such as/],
    [{ space: { laten: [1] } }, /space: unknown option 'laten'; did you mean 'latent'\?/],
    [{ space: { latent: [0, 2] } }, /space: latent must be a whole number of at least 1, got 0/],
    [{ space: { latent: [] } }, /space: latent must have a value/],
    [{ space: { latent: [2, 2] } }, /space: latent: the value 2 comes twice/],
    [{ space: { latent: 4 } }, /space: latent must be a list of values, .* got 4/],
    [{ space: { latent: { from: 2 } } }, /space: latent: 'to' is missing/],
    [{ space: { latent: { from: 2, til: 3 } } }, /space: latent: unknown option 'til'/],
    [{ space: { latent: { from: 4, to: 2 } } }, /'from' must be below 'to', got 4 and 2/],
    [{ space: { learningRate: { from: 0, to: 1, scale: 'log' } } }, /log scale has numbers above 0 alone, and 'from' is 0/],
    [{ space: { learningRate: { from: 1e-3, to: 1, scale: 'lag' } } }, /scale must be one of/],
    [{ space: { posterior: ['diagonal', 'ful'] } }, /space: posterior: there is no 'ful'; known are/],
    [{ space: { threads: [1, 2] } }, /'threads' is no axis; all trials have the same/],
    [{ space: { rank: { values: [1, 2], when: { posterir: 'low-rank' } }, posterior: ['low-rank', 'full'] } }, /rank: when: unknown option 'posterir'; did you mean 'posterior'/],
    [{ space: { rank: { values: [1, 2], when: { posterior: 'diagonal' } }, posterior: ['low-rank', 'full'] } }, /'posterior' is never 'diagonal'; its values are 'low-rank', 'full'/],
    [{ space: { latent: { values: [1], when: { rank: 1 } }, rank: { values: [1], when: { latent: 1 } } } }, /'latent', 'rank' depend on each other in a circle/],
    [{ space: { 'training.optimizer.beta1': [0.9, 1.5] } }, /beta1: config\.json: \$\.training\.optimizer\.beta1: expected .*, found 1\.5/],
    [{ space: { 'training.optimizer.bta1': [0.9] } }, /bta1: unknown key/],
    [{ space: { 'optimizer.beta1': [0.9] } }, /cannot be set; paths begin with/],
    [{ space: { 'model.posterior.rnk': [1] } }, /unknown option 'rnk'; did you mean 'rank'/],
    [{ space: { 'model.posterior.rank': [0] } }, /rank must be a whole number of at least 1/],
    [{ options: { latnt: 2 } }, /options: unknown option 'latnt'; did you mean 'latent'/],
    [{ options: { latent: 2 } }, /'latent' is in space and in options/],
    [{ options: { threads: 2 } }, /all trials have the same 'threads', which stand beside 'options'/],
    [{ options: { posterior: { name: 'full', rooot: 'x' } } }, /unknown option 'rooot'; did you mean 'root'/],
    [{ strategy: 'tpf' }, /strategy must be one of 'grid', 'random', 'tpe', 'halving', or an object, got 'tpf'/],
    [{ strategy: { name: 'grid', trials: 3 } }, /strategy 'grid': unknown option 'trials'/],
    [{ strategy: { name: 'random', trials: 0 } }, /strategy 'random': trials must be a whole number/],
    [{ strategy: { name: 'halving', leastEpochs: 9, mostEpochs: 3 } }, /'mostEpochs' must be at least 'leastEpochs'/],
    [{ strategy: 'halving', options: { epochs: 3 } }, /successive halving gives trials their epochs/],
    [{ strategy: 'halving', space: { epochs: [3] } }, /'epochs' is no axis under it/],
    [{ objective: 'nl' }, /objective: there is no metric 'nl'; did you mean 'nll'\? Known are validation\.NAME/],
    [{ objective: 'mig.gapp' }, /there is no 'mig\.gapp'; there are mig\./],
    [{ objective: 'kl' }, /of 'kl' neither more nor less is better: say which/],
    [{ objective: 'validation.kl' }, /of 'validation\.kl' neither more nor less is better/],
    [{ objective: { metric: 'validation.elbo', draws: 3 } }, /'draws' is for evaluation, and 'validation\.elbo' is a number that training reports/],
    [{ objective: { metric: 'nll', drws: 3 } }, /objective: unknown option 'drws'; did you mean 'draws'/],
    [{ objective: { metric: 'mig', options: { bns: 3 } } }, /metric 'mig': unknown option 'bns'; did you mean 'bins'/],
    [{ workers: 0 }, /workers must be a whole number/],
  ])('%j is refused in words', (changes, message) => {
    expect(() => check(changes)).toThrow(message);
  }); // prettier-ignore

  it.each([
    {},
    { objective: 'nll', strategy: 'grid' },
    { objective: { metric: 'kl', direction: 'min', split: 'test', draws: 5, limit: 10, seed: 1 } },
    { objective: 'validation.criterion' },
    { objective: { metric: 'training.totalCorrelation', direction: 'min' } },
    { objective: { metric: 'dci.completeness' } },
    { space: { hidden: [[32], [64, 32]], beta: { from: 0.5, to: 4 }, preset: ['vae', 'beta-vae'] } },
    { space: { posterior: ['diagonal', { name: 'full', root: 'symmetric' }] } },
    { space: { 'training.optimizer.nesterov': [true, false], optimizer: ['sgd'] } },
    { space: { 'model.posterior.rank': [1, 2], 'objective.beta': [1, 2], 'model.prior.name': ['standard-normal'] } },
  ])('%j is taken', (changes) => {
    expect(check(changes)).toEqual({ ...right, ...changes });
  });

  it('takes whole numbers where an option takes no others', () => {
    const space = { latent: { from: 2, to: 9 }, learningRate: { from: 1, to: 2 }, patience: { from: 1, to: 3, scale: 'log' } } as const; // prettier-ignore
    const kinds = dimensionsOfSettings({ data: 'digits', space }, 'sweep');
    expect(kinds.map((each) => each.kind === 'range' && each.isWhole)).toEqual([true, false, true]);
  });

  it('gives a trial its options over those of all', () => {
    const settings: SweepSettings = {
      ...right,
      options: { hidden: [8], set: { 'training.optimizer.beta2': 0.9 } },
    };
    const parameters = { latent: 4, 'training.optimizer.beta1': 0.8 };
    expect(optionsOf(settings, { number: 0, trial: 0, parameters, epochs: 3 })).toEqual({
      hidden: [8],
      latent: 4,
      epochs: 3,
      set: { 'training.optimizer.beta1': 0.8, 'training.optimizer.beta2': 0.9 },
    });
  });
});
