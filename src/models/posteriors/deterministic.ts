import { dense } from '../../nn/index.ts';
import { PointMass } from './point-mass.ts';
import { definePosterior } from './posterior.ts';

const name = 'deterministic';

export const deterministic = definePosterior({
  name,
  summary: 'one code for each example, without noise: the encoder of an autoencoder',
  when: 'For autoencoders (objectives ae, rae and wae). There is no KL, and no likelihood of x that could be said.',
  formula: 'z = μ(x)',
  paper: 'Ghosh, Sajjadi, Vergari, Black and Schölkopf 2020, From Variational to Deterministic Autoencoders',
  options: {},
  capabilities: [],
  build: (_, { featureSize, latent }) => {
    const point = dense('mean', [featureSize, latent]);
    return {
      parameters: point.parameters,
      apply: (parameters, features) => new PointMass(name, point.apply(parameters, features)),
    };
  },
});
