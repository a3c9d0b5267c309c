import { UnsupportedError } from '../../core/index.ts';
import type { PosteriorFamily, PosteriorSizes } from './posterior-family.ts';
import { diagonalPosterior, isotropicPosterior } from './diagonal.ts';

/** How Σ(x) is parameterised. */
export interface PosteriorOptions {
  readonly posterior: 'isotropic' | 'diagonal' | 'full' | 'low-rank';
  /** Which Σ^{1/2} a full posterior's head emits. Default: symmetric. */
  readonly root?: 'symmetric' | 'cholesky';
  /** Columns of W in D + W Wᵀ; low-rank only. */
  readonly rank?: number;
}

/** The head that the options name. */
export function posteriorFamily(options: PosteriorOptions, sizes: PosteriorSizes): PosteriorFamily {
  switch (options.posterior) {
    case 'isotropic':
      return isotropicPosterior(sizes);
    case 'diagonal':
      return diagonalPosterior(sizes);
    case 'full':
    case 'low-rank':
      throw new UnsupportedError(
        `posteriorFamily: '${options.posterior}' is not built yet; use 'diagonal' or 'isotropic'.`,
      );
  }
}

export type { PosteriorFamily, PosteriorSizes } from './posterior-family.ts';
