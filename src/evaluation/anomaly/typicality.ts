/**
 * What is usual of two costs of an example, in nats: c = −log p₀(x) under a background (how complex it is) and e, its negative
 * ELBO. Over usual examples, c has a mean and a standard deviation, and e one around a straight line in c.
 */
export interface Typicality {
  /** Mean of c. */
  readonly center: number;
  /** Standard deviation of c. */
  readonly spread: number;
  /** The line: e ≈ intercept + slope (c − center). */
  readonly intercept: number;
  readonly slope: number;
  /** Standard deviation of e around it. */
  readonly residual: number;
}

/** The least standard deviation, as a share of the mean: rounding is no spread. */
const leastShare = 1e-6;

/** Fits `Typicality` to the two costs of usual examples, by least squares. */
export function typicalityOf(costs: ArrayLike<number>, backgrounds: ArrayLike<number>): Typicality {
  const count = costs.length;
  const mean = (f: (k: number) => number): number => {
    let total = 0;
    for (let k = 0; k < count; k++) total += f(k);
    return total / count;
  };
  const stddev = (variance: number, center: number): number =>
    Math.max(Math.sqrt(variance), leastShare * Math.max(1, Math.abs(center)));
  const center = mean((k) => backgrounds[k]!);
  const intercept = mean((k) => costs[k]!);
  const variance = mean((k) => (backgrounds[k]! - center) ** 2);
  const spread = stddev(variance, center);
  const slope = mean((k) => (backgrounds[k]! - center) * (costs[k]! - intercept)) / spread ** 2;
  const left = mean((k) => (costs[k]! - intercept - slope * (backgrounds[k]! - center)) ** 2);
  return { center, spread, intercept, slope, residual: stddev(left, intercept) };
}

/**
 * −log of a normal density of (c, e), but for its constant, with one change: u² / 2 + r |r| / 2, where u = (c − center) / spread
 * and r = (e − line(c)) / residual. An example that is simpler or more complex than usual is anomalous, and so is one that the
 * model codes worse than examples of the same complexity; one that it codes better is not.
 */
export function typicalityScore(typicality: Typicality, cost: number, background: number): number {
  const { center, spread, intercept, slope, residual } = typicality;
  const u = (background - center) / spread;
  const r = (cost - intercept - slope * (background - center)) / residual;
  return (u * u + r * Math.abs(r)) / 2;
}
