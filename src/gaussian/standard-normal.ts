import type { FloatDType } from '../core/index.ts';
import { asTensor, plainDType } from '../graph/index.ts';
import { Gaussian } from './gaussian.ts';
import { ScaledIdentityRoot } from './roots/scaled-identity.ts';

/** N(0, I) over vectors: the usual prior of a VAE. Batch shape [], which broadcasts against any. */
export class StandardNormal extends Gaussian<ScaledIdentityRoot> {
  readonly name = 'StandardNormal';

  private constructor(size: number, dtype: FloatDType) {
    super('StandardNormal', asTensor(0, dtype), ScaledIdentityRoot.unit(size, dtype));
  }

  /** @param dtype default: float64, or inside a model its type */
  static ofSize(size: number, dtype: FloatDType = plainDType): StandardNormal {
    return new StandardNormal(size, dtype);
  }
}
