/** What is usual of the ELBO's two terms, in nats: r = −E_q[log p(x|z)] and k = KL(q(z|x) ‖ p(z)). */
export interface Balance {
  readonly reconstruction: Usual;
  readonly kl: Usual;
}

/** What is usual of a number over the training examples: where it lies and how far it spreads. */
export interface Usual {
  /** Median. */
  readonly center: number;
  /** Median absolute deviation, times 1.4826: of a normal distribution the standard deviation. */
  readonly spread: number;
}

/** In nats: a term that varies less says nothing of an example, above all the KL term of a posterior that is the prior. */
const leastSpread = 0.05;

/** Fits `Balance` to the two terms of usual examples; by medians, so that the anomalies among these do not decide. */
export function balanceOf(reconstructions: Float64Array, kls: Float64Array): Balance {
  return { reconstruction: usualOf(reconstructions), kl: usualOf(kls) };
}

function usualOf(values: Float64Array): Usual {
  const center = median(values);
  return { center, spread: Math.max(leastSpread, 1.4826 * median(values.map((value) => Math.abs(value - center)))) };
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/**
 * r |r| / 2 + k |k| / 2 with r and k in spreads from their centres: −log of a normal density of each term, but that less than
 * usual counts as more normal. In the ELBO itself, r + k, a row of many columns drowns what is strange in z alone: it varies by
 * tens of nats where k varies by one or two.
 */
export function balancedScore({ reconstruction, kl }: Balance, r: number, k: number): number {
  return (
    signedSquare((r - reconstruction.center) / reconstruction.spread) / 2 +
    signedSquare((k - kl.center) / kl.spread) / 2
  );
}

function signedSquare(value: number): number {
  return value * Math.abs(value);
}
