import { UnsupportedError } from '../../../core/index.ts';
import { hasKlPerDimension } from '../../evaluate.ts';
import { defineMetric } from '../metric.ts';

export const klPerDimension = defineMetric({
  name: 'kl-per-dimension',
  summary: 'what each latent dimension costs: the KL of its marginal to the prior',
  quantities: {
    perDimension: { what: 'mean KL(q(zᵢ|x) ‖ p(zᵢ)) of each', range: [0, Infinity], better: 'neither', unit: 'nats' },
    total: { what: 'their sum', range: [0, Infinity], better: 'neither', unit: 'nats' },
  },
  formula: 'KLᵢ = E_x ½ (σᵢ² + μᵢ² − 1 − log σᵢ²)',
  paper: 'Kingma and Welling 2014, Auto-Encoding Variational Bayes, appendix B',
  remarks:
    'With a diagonal posterior the sum is the KL of the ELBO; with a full one that is larger by what the correlations of q cost.',
  cost: 'one pass of the encoder',
  needs: { posterior: ['moments', 'marginalLogProb'], prior: ['marginalLogProb'] },
  options: {},
  async compute(context) {
    const { mean, variance } = await context.codes();
    if (!variance || !hasKlPerDimension(context.model)) {
      throw new UnsupportedError(
        `metric 'kl-per-dimension' needs the prior N(0, I), for which the KL of a dimension has a closed form; the prior is '${context.model.parts.prior.name}'.`,
      );
    }
    const { latent } = context.model;
    const count = mean.size / latent;
    const perDimension = new Array<number>(latent).fill(0);
    mean.data.forEach((location, k) => {
      const spread = variance.data[k]!;
      perDimension[k % latent]! += (0.5 * (spread + location * location - 1 - Math.log(spread))) / count;
    });
    return { perDimension, total: perDimension.reduce((sum, value) => sum + value, 0) };
  },
});
