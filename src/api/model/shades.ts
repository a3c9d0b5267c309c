import { NdArray } from '../../core/index.ts';
import type { Standardization } from '../../data/index.ts';

/** How many standard deviations of all data are from black to grey and from grey to white. */
const shownDeviations = 3;

/**
 * What a run takes or gives, as shades from 0 (black) to 1 (white): images in units of their own are spread about their mean, alike in
 * every picture of the run.
 */
export function asShades(
  { standardization }: { readonly standardization: Standardization | undefined },
  images: NdArray,
): NdArray {
  if (!standardization) return images;
  const { center, scale } = standardization;
  let [black, white] = [Infinity, -Infinity];
  for (let i = 0; i < center.length; i++) {
    black = Math.min(black, (center[i] ?? NaN) - shownDeviations * (scale[i] ?? NaN));
    white = Math.max(white, (center[i] ?? NaN) + shownDeviations * (scale[i] ?? NaN));
  }
  const shades = Float32Array.from(images.data, (value) => (value - black) / (white - black));
  return new NdArray(shades, images.shape);
}
