import { option, rule } from '../../../parts/index.ts';
import { meanWithError } from '../../importance-sampling.ts';
import { defineMetric } from '../metric.ts';
import { fitPosteriors } from './fit-posteriors.ts';

export const amortizationGap = defineMetric({
  name: 'amortization-gap',
  summary: 'what the encoder loses against a posterior that is fitted to each example by itself',
  quantities: {
    gap: { what: 'ELBO of the fitted posteriors − ELBO of the encoder’s', range: [0, Infinity], better: 'smaller', unit: 'nats' }, // prettier-ignore
    elbo: { what: 'of the encoder’s posteriors', range: [-Infinity, Infinity], better: 'larger', unit: 'nats' },
    fittedElbo: { what: 'of the fitted ones', range: [-Infinity, Infinity], better: 'larger', unit: 'nats' },
  },
  formula: 'E_x [max_q L(x; q) − L(x; q(·|x))], q over Gaussians',
  paper: 'Cremer, Li and Duvenaud 2018, Inference Suboptimality in Variational Autoencoders',
  remarks:
    'Diagonal posteriors are fitted as diagonal Gaussians, all others as full ones, for which the gap has what the family of the encoder cannot say too. Adam from the encoder’s own parameters, for `steps` steps whose length falls to 0 as a cosine; both ELBOs by the same 64 draws. Steps that do not suffice make the gap too small.',
  cost: 'steps × draws passes of the decoder and its gradient over `examples` examples',
  needs: { posterior: ['logProbOfDraw', 'moments', 'root'], prior: ['logProb'] },
  options: {
    examples: option(rule.whole(1), { help: 'how many examples posteriors are fitted to', default: 100 }),
    steps: option(rule.whole(1), { help: 'steps of Adam', default: 300 }),
    draws: option(rule.whole(1), { help: 'draws of z a step and example', default: 4 }),
    learningRate: option(rule.number({ above: 0 }), { help: 'of Adam, at the start', default: 0.02 }),
  },
  async compute(context, options) {
    const { key, onProgress } = context;
    const { before, after } = await fitPosteriors(context, context.examples, { ...options, key, onProgress });
    const gaps = meanWithError(after.map((value, i) => value - before[i]!));
    const [elbo, fittedElbo] = [meanWithError(before), meanWithError(after)];
    return {
      gap: { value: gaps.mean, standardError: gaps.standardError },
      elbo: { value: elbo.mean, standardError: elbo.standardError },
      fittedElbo: { value: fittedElbo.mean, standardError: fittedElbo.standardError },
    };
  },
});
