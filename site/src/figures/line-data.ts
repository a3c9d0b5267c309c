import type { Point } from '../covariance.ts';
import type { Posterior } from '../digit/model.ts';

/** One image's way through the VAE, several times. */
export interface LineData {
  /** The image x, as the address of a picture. */
  readonly image: string;
  readonly posterior: Posterior;
  readonly draws: readonly { readonly epsilon: Point; readonly z: Point; readonly image: string }[];
}
