import { StandardNormal } from '../../gaussian/index.ts';
import { gaussianCapabilities } from '../capabilities.ts';
import { definePrior } from './prior.ts';

export const standardNormal = definePrior({
  name: 'standard-normal',
  summary: 'N(0, I)',
  when: 'The usual prior: nothing to learn, and the KL has a closed form with every Gaussian posterior.',
  formula: 'p(z) = N(0, I)',
  paper: 'Kingma and Welling 2014, Auto-Encoding Variational Bayes',
  options: {},
  capabilities: gaussianCapabilities,
  build: (_, { latent, dtype }) => {
    const prior = StandardNormal.ofSize(latent, dtype);
    return { parameters: [], apply: () => prior };
  },
});
