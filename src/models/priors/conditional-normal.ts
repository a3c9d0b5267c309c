import { NdArray, ValueError, rule } from '../../core/index.ts';
import { MultivariateNormalDiag } from '../../gaussian/index.ts';
import { dense, denseStack, sequential } from '../../nn/index.ts';
import type { Initializer } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { gaussianCapabilities } from '../capabilities.ts';
import { logVarianceBounds } from '../posteriors/posterior.ts';
import { softClamp } from '../soft-clamp.ts';
import { definePrior } from './prior.ts';

/** A training begins at N(0, I), whatever the condition. */
const zeros: Initializer = (_, shape) => NdArray.zeros(shape, 'float32');

export const conditionalNormal = definePrior({
  name: 'conditional-normal',
  summary: 'a Gaussian for each condition, with independent dimensions',
  when: 'For models with a condition: z need not be the same for all classes, which leaves the decoder less to do.',
  formula: 'p(z|c) = N(μ(c), diag σ²(c))',
  paper: 'Sohn, Lee and Yan 2015, Learning Structured Output Representation using Deep Conditional Generative Models',
  options: {
    priorHidden: option(rule.listOf(rule.whole(1), 'whole numbers of at least 1', 0, 1000), {
      help: 'widths of hidden layers from the condition to the prior; none: μ and log σ² are linear in it, which is all that classes need',
      default: [],
    }),
  },
  capabilities: gaussianCapabilities,
  build: ({ priorHidden }, { latent, conditionSize = 0 }) => {
    if (conditionSize === 0) {
      throw new ValueError(
        "prior 'conditional-normal' is p(z|c), and the model has no condition c: say what it is (--condition label), or choose 'standard-normal'.",
      );
    }
    const width = priorHidden.at(-1) ?? conditionSize;
    const hidden = denseStack('prior.hidden', [conditionSize, ...priorHidden], 'relu');
    const start = { weightInitializer: zeros, biasInitializer: zeros };
    const mean = sequential([hidden, dense('prior.mean', [width, latent], start)]);
    const head = dense('prior.logVariance', [width, latent], start);
    return {
      parameters: [...mean.parameters, ...head.parameters],
      apply: (parameters, { condition }) => {
        if (!condition) throw new ValueError("prior 'conditional-normal': p(z|c) is asked for without c.");
        const logVariance = head.apply(parameters, hidden.apply(parameters, condition));
        const { soft, hard } = logVarianceBounds;
        return MultivariateNormalDiag.fromLogVariance(
          mean.apply(parameters, condition),
          softClamp(logVariance, soft, hard),
        );
      },
    };
  },
});
