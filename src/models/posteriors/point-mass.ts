import { CapabilityError } from '../../core/index.ts';
import type { FloatDType, Shape } from '../../core/index.ts';
import { realSupport } from '../../gaussian/distribution.ts';
import type { SampleAndLogProb } from '../../gaussian/index.ts';
import { broadcastTo } from '../../graph/index.ts';
import type { GraphKey, GraphShape, Tensor } from '../../graph/index.ts';
import type { Key } from '../../random/index.ts';
import type { PosteriorDistribution } from './posterior.ts';

/**
 * All the mass on one point for each example, z = μ(x): no noise, and so no density, no KL and no moments worth the name. What
 * asks for one of these gets an error that names the posterior.
 */
export class PointMass implements PosteriorDistribution {
  readonly name: string;
  /** z, [...batch, latent] */
  readonly point: Tensor;
  readonly batchShape: GraphShape;
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  readonly support = realSupport(-1);
  readonly isReparameterized = true;
  readonly noiseSize = 0;

  /** @param name of the posterior's row */
  constructor(name: string, point: Tensor) {
    this.name = name;
    this.point = point;
    this.batchShape = point.shape.slice(0, -1);
    this.eventShape = [point.shape.at(-1) as number];
    this.dtype = point.dtype as FloatDType;
  }

  /** @param epsilon [..., ...batch, 0]: of it there is the shape alone */
  fromNoise(epsilon: Tensor): SampleAndLogProb {
    return this.#drawn(broadcastTo(this.point, [...epsilon.shape.slice(0, -1), ...this.eventShape]));
  }

  /** The same point each time, whatever the key. */
  sample(_key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return broadcastTo(this.point, [...sampleShape, ...this.point.shape]);
  }

  /** As `sample`; reading the density throws. */
  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    return this.#drawn(this.sample(key, sampleShape));
  }

  #drawn(value: Tensor): SampleAndLogProb {
    const density = (): never => this.logProb();
    return {
      value,
      get logProb(): Tensor {
        return density();
      },
    };
  }

  /** @throws CapabilityError */
  logProb(): never {
    throw new CapabilityError(
      `${this.name}: z is a function of x, so there is no density log q(z|x), no KL and no likelihood of x. Choose a posterior with a density, such as 'diagonal', where one is asked for.`,
    );
  }
}
