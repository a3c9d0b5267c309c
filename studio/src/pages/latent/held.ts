// A code that is looked at, and what it is called.
import { nearest } from '../../latent/neighbours.ts';

/** A code that is held: that of an example, or one that was moved from there. */
export interface Held {
  readonly z: Float64Array;
  /** The example that it began at. */
  readonly index: number | undefined;
  readonly isMoved: boolean;
}

export function heldName(
  { z, index, isMoved }: Held,
  { mean, nameOf }: { readonly mean: Float32Array; readonly nameOf: (index: number) => string },
): string {
  if (!isMoved && index !== undefined) return nameOf(index);
  const near = neighbourOf(mean, z);
  return near === undefined ? 'a place' : `a place near ${nameOf(near)}`;
}

/** The example whose code is nearest to a place. */
function neighbourOf(mean: Float32Array, z: Float64Array): number | undefined {
  return nearest(mean, z, { count: 1, without: -1 })[0]?.index;
}

export function codeAt(mean: Float32Array, latent: number, index: number): Float64Array {
  return Float64Array.from(mean.subarray(index * latent, (index + 1) * latent));
}

export function centerOf(mean: Float32Array, latent: number): Float64Array {
  const center = new Float64Array(latent);
  const count = mean.length / latent;
  mean.forEach((value, at) => {
    center[at % latent] = (center[at % latent] ?? 0) + value / count;
  });
  return center;
}
