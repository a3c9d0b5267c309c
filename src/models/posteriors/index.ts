import type { PosteriorFamily, PosteriorSizes } from './posterior-family.ts';
import { fullPosterior } from './full.ts';
import type { FullRoot } from './full.ts';
import { lowRankPosterior } from './low-rank.ts';
import { diagonalPosterior, isotropicPosterior } from './diagonal.ts';

/** How Σ(x) is parameterised. */
export interface PosteriorOptions {
  readonly posterior: 'isotropic' | 'diagonal' | 'full' | 'low-rank';
  /** Which Σ^{1/2} a full posterior's head emits. Default: symmetric. */
  readonly root?: FullRoot;
  /** Columns of W in D + W Wᵀ; low-rank only. Default: 2. */
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
      return fullPosterior(options.root ?? 'symmetric', sizes);
    case 'low-rank':
      return lowRankPosterior(options.rank ?? 2, sizes);
  }
}

export type { PosteriorFamily, PosteriorSizes } from './posterior-family.ts';
