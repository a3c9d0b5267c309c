import type { Distribution } from '../../gaussian/index.ts';
import { MixtureSameFamily } from '../../distributions/index.ts';
import type { Categorical } from '../../distributions/index.ts';
import {
  add,
  asTensor,
  cast,
  concat,
  erf,
  expandDims,
  greaterEqual,
  less,
  logicalAnd,
  mul,
  slice,
  sum,
} from '../../graph/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import type { PriorDistribution } from './prior.ts';

/** Distributions of batch shape [K] whose draws are functions of noise. */
export interface NoiseComponents extends Distribution {
  readonly noiseSize: number;
  /** ε [..., K, noiseSize] → [..., K, latent] */
  fromNoise(epsilon: Tensor): { readonly value: Tensor };
}

/** How [0, `scale`] is parted among K components, the width of each part in proportion to its probability. */
export interface Parting {
  readonly scale: number;
  /** Where parts meet, ascending, [K − 1]. Absent where there is one part alone. */
  readonly places?: TensorLike | undefined;
}

/** A mixture whose draws are functions of noise: the first number of it chooses the component, the others are the component's. */
export class NoiseMixture<C extends NoiseComponents = NoiseComponents>
  extends MixtureSameFamily<C>
  implements PriorDistribution
{
  readonly noiseSize: number;
  readonly #parting: Parting;

  constructor(mixing: Categorical, components: C, parting: Parting) {
    super(mixing, components);
    this.noiseSize = 1 + components.noiseSize;
    this.#parting = parting;
  }

  fromNoise(epsilon: Tensor): { readonly value: Tensor } {
    const each = expandDims(slice(epsilon, { [-1]: [1] }), -2); // [..., 1, noise]
    const { value } = this.components.fromNoise(each); // [..., K, latent]
    const chosen = cast(chosenPart(slice(epsilon, { [-1]: [0, 1] }), this.#parting), this.dtype);
    return { value: sum(mul(value, expandDims(chosen, -1)), -2) };
  }
}

/** Which of K parts holds Φ(ε) · scale, for a standard normal number ε: [..., 1] → [..., K], true once. */
function chosenPart(epsilon: Tensor, { scale, places }: Parting): Tensor {
  const place = mul(add(erf(mul(epsilon, Math.SQRT1_2)), 1), scale / 2);
  // Rounding may bring Φ to 0 or 1: the outermost are open.
  const [below, above] = [asTensor([-1], epsilon.dtype), asTensor([scale + 1], epsilon.dtype)];
  const meet = places === undefined ? [] : [asTensor(places, epsilon.dtype)];
  return logicalAnd(greaterEqual(place, concat([below, ...meet])), less(place, concat([...meet, above])));
}
