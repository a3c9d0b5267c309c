import { ValueError, rule } from '../../core/index.ts';
import { Chain, TransformedDistribution } from '../../distributions/index.ts';
import type { Bijector } from '../../distributions/index.ts';
import { StandardNormal } from '../../gaussian/index.ts';
import { mul, tanh } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { option } from '../../parts/index.ts';
import type { PriorDistribution, PriorSizes } from './prior.ts';

/** N(0, I) under bijectors, the last first: draws are the image of noise, densities come by the way back. */
export class FlowPrior extends TransformedDistribution<StandardNormal> implements PriorDistribution {
  readonly noiseSize: number;

  constructor({ latent, dtype }: PriorSizes, bijectors: readonly Bijector[]) {
    super(StandardNormal.ofSize(latent, dtype), new Chain(bijectors));
    this.noiseSize = latent;
  }

  fromNoise(epsilon: Tensor): { readonly value: Tensor } {
    return { value: this.bijector.forward(epsilon) };
  }
}

/** Widths of the two hidden layers of each flow's network. */
export const priorUnitsOption = option(rule.whole(1), {
  help: "hidden units in each of the two layers of a flow prior's networks",
  default: 64,
});

/** Logarithms of scales are bent to stay within: no flow shrinks or stretches a coordinate more than e² times. */
const largestLogScale = 2;

export function boundedLogScale(raw: Tensor): Tensor {
  return mul(tanh(mul(raw, 1 / largestLogScale)), largestLogScale);
}

/** @throws ValueError: of one coordinate a flow makes a Gaussian again */
export function requireTwo(name: string, latent: number): void {
  if (latent > 1) return;
  throw new ValueError(
    `prior '${name}': its flows make latent dimensions depend on each other, and there is 1: that would be a Gaussian again. Choose at least 2 (latent), or prior 'gaussian-mixture'.`,
  );
}
