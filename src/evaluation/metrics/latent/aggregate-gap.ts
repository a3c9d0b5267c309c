import { UnsupportedError } from '../../../core/index.ts';
import type { Vae } from '../../../models/index.ts';
import { parameterInputs } from '../../../nn/index.ts';
import { ofRows, rowInput } from '../../../objectives/index.ts';
import { defineMetric } from '../metric.ts';
import { aggregateCost, aggregateOptions, densitiesOf, meanDifference } from './mutual-information.ts';

export const aggregateGap = defineMetric({
  name: 'aggregate-gap',
  summary: 'how far the codes of the data are from the prior that samples are drawn by',
  quantities: {
    upper: {
      what: 'KL(q(z) ‖ p(z)) with q(z) of all M examples: too large; below 0 by the noise of draws alone',
      range: [-Infinity, Infinity],
      better: 'smaller',
      unit: 'nats',
    },
    lower: {
      what: 'with q(z) of the M − 1 others: too small, below 0 where M is',
      range: [-Infinity, Infinity],
      better: 'smaller',
      unit: 'nats',
    },
  },
  formula: 'KL(q(z) ‖ p(z)) = E_q(z) [log q(z) − log p(z)] = E_x KL(q(z|x) ‖ p(z)) − I(x; z)',
  paper: 'Hoffman and Johnson 2016, ELBO Surgery: Yet Another Way to Carve Up the Variational Evidence Lower Bound',
  remarks:
    'The KL of the ELBO is this and the mutual information, whose bias it has with the other sign: `upper` belongs to its `lower`, by the same draws.',
  cost: `${aggregateCost}, shared with mutual-information`,
  needs: { posterior: ['logProbOfDraw', 'logProb'], prior: ['logProb'] },
  options: aggregateOptions,
  async compute(context, options) {
    refuseConditional(context.model);
    const { prior, aggregate, aggregateOfOthers } = await densitiesOf(context, options);
    return { upper: meanDifference(aggregate, prior), lower: meanDifference(aggregateOfOthers, prior) };
  },
});

/** @throws UnsupportedError where the prior is p(z|c): of what its draws under all conditions come to no density is known */
function refuseConditional(model: Vae): void {
  const { model: given } = ofRows(model, rowInput(model));
  if (given.prior(parameterInputs(model.parameters)).batchShape.length === 0) return;
  throw new UnsupportedError(
    `metric 'aggregate-gap' needs one prior p(z) for all examples, and '${model.parts.prior.name}' is another for each condition.`,
  );
}
