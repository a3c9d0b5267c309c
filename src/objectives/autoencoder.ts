import { mean, neg } from '../graph/index.ts';
import { reconstructionCriterion } from './criterion.ts';
import { knownTerms, meansOf } from './elbo-terms.ts';
import { defineObjective } from './objective.ts';
import { refuseLearnedPrior } from './untrained-prior.ts';

export const autoencoder = defineObjective({
  name: 'ae',
  summary: 'reconstruction and nothing else, with posterior deterministic the plain autoencoder',
  when: 'for codes to compress or compare by; nothing can be drawn, unless with prior ex-post-mixture',
  formula: 'E_q[log p(x|z)]',
  paper: 'Hinton and Salakhutdinov 2006, Reducing the Dimensionality of Data with Neural Networks',
  options: {},
  needsNoDensity: true,
  leavesPrior: true,
  describe: () => 'reconstruction alone',
  build: () => ({
    couplesExamples: false,
    criterion: reconstructionCriterion,
    build: ({ x, model, output }) => {
      refuseLearnedPrior("objective 'ae'", model);
      const terms = knownTerms(model, output, x);
      return { loss: neg(mean(terms.reconstruction)), metrics: meansOf(terms) };
    },
  }),
});
