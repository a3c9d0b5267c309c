import type { FloatDType, Shape } from '../core/index.ts';
import type { Distribution, SampleAndLogProb, Support } from '../gaussian/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';

/** What follows from the other members of a `Distribution`: a new one extends this and adds the moments that it has. */
export abstract class DistributionBase implements Distribution {
  abstract readonly name: string;
  abstract readonly batchShape: GraphShape;
  abstract readonly eventShape: Shape;
  abstract readonly dtype: FloatDType;
  abstract readonly support: Support;
  abstract readonly isReparameterized: boolean;
  abstract sample(key: GraphKey | Key, sampleShape?: GraphShape): Tensor;
  abstract logProb(x: TensorLike): Tensor;

  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    const value = this.sample(key, sampleShape);
    return { value, logProb: this.logProb(value) };
  }
}
