import { UnsupportedError } from '../../../core/index.ts';
import { option, rule } from '../../../parts/index.ts';
import { meanWithError } from '../../importance-sampling.ts';
import { defineMetric } from '../metric.ts';
import type { MetricContext } from '../metric.ts';
import { aggregateDensities } from './aggregate.ts';
import type { AggregateDensities } from './aggregate.ts';

/** Of the three metrics that ask the aggregate posterior. */
export const aggregateOptions = {
  examples: option(rule.whole(2), { help: 'M, how many examples the aggregate posterior is of', default: 2000 }),
};

export const aggregateCost = 'M² densities: the encoder on M²/256 examples';

/** Computed once for all that ask with the same M. */
export function densitiesOf(
  context: MetricContext,
  { examples: count }: { readonly examples: number },
): Promise<AggregateDensities> {
  if (context.examples.size < 2) {
    throw new UnsupportedError(
      'the aggregate posterior of one example is its posterior: evaluate at least two examples.',
    );
  }
  const { onProgress } = context;
  return context.once(`aggregate of ${count}`, (key) =>
    aggregateDensities(context, context.examples, { count, key, onProgress }),
  );
}

/** Mean and standard error of log a − log b over the draws. */
export function meanDifference(
  a: Float64Array,
  b: Float64Array,
): { readonly value: number; readonly standardError: number } {
  const { mean, standardError } = meanWithError(Array.from(a, (value, i) => value - b[i]!));
  return { value: mean, standardError };
}

export const mutualInformation = defineMetric({
  name: 'mutual-information',
  summary: 'how much a draw of z tells which example it is of',
  quantities: {
    lower: {
      what: 'I(x; z) with q(z) of all M examples: too small, at most log M',
      range: [-Infinity, Infinity],
      better: 'neither',
      unit: 'nats',
    },
    upper: {
      what: 'with q(z) of the M − 1 others: too large',
      range: [-Infinity, Infinity],
      better: 'neither',
      unit: 'nats',
    },
    mostPossible: { what: 'log M', range: [0, Infinity], better: 'neither', unit: 'nats' },
  },
  formula: 'I(x; z) = E_x E_q(z|x) [log q(z|x) − log q(z)], q(z) = 1/M Σⱼ q(z|xⱼ)',
  paper:
    'Hoffman and Johnson 2016, ELBO Surgery; the bounds: Poole et al. 2019, On Variational Bounds of Mutual Information',
  remarks:
    'For the M examples taken for all there are, as Hoffman and Johnson have it, `lower` has no bias. As an estimate for what the examples were drawn from, its expectation is too small and that of `upper` too large, and both come to the truth as M grows; where `lower` is near log M, M is too small to tell.',
  cost: aggregateCost,
  needs: { posterior: ['logProbOfDraw', 'logProb'] },
  options: aggregateOptions,
  async compute(context, options) {
    const { own, aggregate, aggregateOfOthers } = await densitiesOf(context, options);
    return {
      lower: meanDifference(own, aggregate),
      upper: meanDifference(own, aggregateOfOthers),
      mostPossible: Math.log(own.length),
    };
  },
});
