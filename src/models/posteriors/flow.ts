import { CapabilityError, rule } from '../../core/index.ts';
import type { FloatDType, Shape } from '../../core/index.ts';
import type { WithLogDet } from '../../distributions/index.ts';
import { realSupport } from '../../gaussian/distribution.ts';
import type { Gaussian, SampleAndLogProb } from '../../gaussian/index.ts';
import { asTensor, randomNormal, sub } from '../../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import type { Key } from '../../random/index.ts';
import { option } from '../../parts/index.ts';
import { asGaussian } from './as-gaussian.ts';
import { diagonal } from './diagonal.ts';
import { full } from './full.ts';
import type { Posterior, PosteriorDistribution, PosteriorSizes } from './posterior.ts';

/** What a posterior made of flows bends. */
export const baseOption = option(rule.oneOf(['diagonal', 'full']), {
  help: 'which Gaussian the flows of a posterior bend',
  default: 'diagonal',
});

/** How many flows, one after the other. */
export const flowsOption = (help: string, usual: number) => option(rule.whole(1, 100), { help, default: usual });

/** A smooth map with a smooth inverse, of which the way there is known, and its Jacobian; `Bijector`s are such maps. */
export interface Flow {
  /** z [..., n] → f(z) and log|det ∂f/∂z| [...] */
  forwardWithLogDet(z: Tensor): WithLogDet;
}

/** A flow that has its inverse in closed form. */
export interface InvertibleFlow extends Flow {
  /** f(z) → z and log|det ∂f/∂z| there */
  inverseWithLogDet(y: Tensor): WithLogDet;
}

/**
 * A posterior of flows over a Gaussian: the parameters of the base come first, as they do where it stands alone.
 *
 * @param flows what the features say: the flows in the order in which a draw passes them
 * @param of the row's name, for messages, and what to say of densities of other points than draws
 */
export function flowPosterior<F extends Flow>(
  base: 'diagonal' | 'full',
  sizes: PosteriorSizes,
  flows: Pick<Posterior, 'parameters'> & { apply(...given: Parameters<Posterior['apply']>): readonly F[] },
  made: (base: Gaussian, flows: readonly F[]) => PosteriorDistribution,
): Posterior {
  const gaussian = base === 'full' ? full.build({ root: 'symmetric' }, sizes) : diagonal.build({}, sizes);
  return {
    parameters: [...gaussian.parameters, ...flows.parameters],
    apply: (parameters, features) =>
      made(asGaussian(gaussian.apply(parameters, features)), flows.apply(parameters, features)),
  };
}

/** The image of a Gaussian under flows, one after the other: a draw's density is known by the way it came. */
abstract class FlowPosterior implements PosteriorDistribution {
  readonly name: string;
  readonly batchShape: GraphShape;
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  readonly support = realSupport(-1);
  readonly isReparameterized = true;
  readonly noiseSize: number;
  protected readonly base: Gaussian;
  readonly #flows: readonly Flow[];

  /** @param name of the posterior's row */
  constructor(name: string, base: Gaussian, flows: readonly Flow[]) {
    this.name = name;
    this.batchShape = base.batchShape;
    this.eventShape = base.eventShape;
    this.dtype = base.dtype;
    this.noiseSize = base.noiseSize;
    this.base = base;
    this.#flows = flows;
  }

  fromNoise(epsilon: Tensor): SampleAndLogProb {
    return this.#flows.reduce((draw, flow) => {
      const { value, logDet } = flow.forwardWithLogDet(draw.value);
      return { value, logProb: sub(draw.logProb, logDet) };
    }, this.base.fromNoise(epsilon));
  }

  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    return this.fromNoise(randomNormal(key, [...sampleShape, ...this.batchShape, this.noiseSize], this.dtype));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return this.sampleAndLogProb(key, sampleShape).value;
  }

  abstract logProb(z: TensorLike): Tensor;
}

/** Of flows without an inverse in closed form: draws alone have densities. */
export class FlowsOfDraws extends FlowPosterior {
  /** @throws CapabilityError */
  logProb(): Tensor {
    throw new CapabilityError(
      `${this.name}: log q(z|x) is known of its own draws only (sampleAndLogProb), as its flows have no inverse in closed form. Choose posterior 'full' where any z is asked about.`,
    );
  }
}

/** Of flows that have an inverse: the density of any point is known. */
export class InvertibleFlows extends FlowPosterior {
  readonly #back: readonly InvertibleFlow[];

  constructor(name: string, base: Gaussian, flows: readonly InvertibleFlow[]) {
    super(name, base, flows);
    this.#back = flows.toReversed();
  }

  logProb(z: TensorLike): Tensor {
    const start = { value: asTensor(z, this.dtype), logDets: [] as readonly Tensor[] };
    const { value, logDets } = this.#back.reduce((point, flow) => {
      const { value: before, logDet } = flow.inverseWithLogDet(point.value);
      return { value: before, logDets: [...point.logDets, logDet] };
    }, start);
    return logDets.reduce((logProb, logDet) => sub(logProb, logDet), this.base.logProb(value));
  }
}
