/** A point and how far away it is. */
export interface Neighbour {
  readonly index: number;
  readonly distance: number;
}

/** The `count` codes [n, latent] nearest to z by Euclidean distance, the nearest first; of equal ones the first. */
export function nearest(
  codes: Float32Array,
  z: ArrayLike<number>,
  { count, without = -1 }: { readonly count: number; readonly without?: number },
): Neighbour[] {
  const latent = z.length;
  const found: Neighbour[] = [];
  for (let index = 0, at = 0; at < codes.length; index++, at += latent) {
    if (index === without) continue;
    const limit = found.length < count ? Infinity : found[found.length - 1]!.distance;
    let square = 0;
    for (let k = 0; k < latent && square < limit; k++) square += (codes[at + k]! - z[k]!) ** 2;
    if (square >= limit) continue;
    let place = found.length;
    while (place > 0 && found[place - 1]!.distance > square) place--;
    found.splice(place, 0, { index, distance: square });
    if (found.length > count) found.pop();
  }
  return found.map(({ index, distance }) => ({ index, distance: Math.sqrt(distance) }));
}
