import { NdArray, ValueError, checkOptions, rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';

/** Options of `run.interpolate`: points on each path, straight or along the sphere. */
export interface InterpolateOptions {
  /** Points on each path, both ends included. Default: 10. */
  readonly steps?: number;
  /**
   * Default: linear. A spherical path turns the direction evenly and changes the length evenly, so that it stays where
   * draws from N(0, I) lie in many dimensions.
   */
  readonly path?: 'linear' | 'spherical';
}

/** Points on a path: more than these nobody looks at. */
const steps = rule.whole(2, 10_000);

export const interpolateOptionRules: OptionRules<InterpolateOptions> = {
  steps,
  path: rule.oneOf(['linear', 'spherical']),
};

/** Paths between the rows of two arrays [n, latent]: [n · steps, latent]. */
export function interpolateLatents(
  from: NdArray<'float32'>,
  to: NdArray<'float32'>,
  options: InterpolateOptions = {},
): NdArray<'float32'> {
  checkOptions('interpolate', options, interpolateOptionRules);
  const { steps = 10, path = 'linear' } = options;
  const [count = 0, latent = 0] = from.shape;
  const points = NdArray.zeros([count * steps, latent], 'float32');
  for (let row = 0; row < count; row++) {
    const start = from.data.subarray(row * latent, (row + 1) * latent);
    const end = to.data.subarray(row * latent, (row + 1) * latent);
    const weigh = path === 'linear' ? linearWeights : sphericalWeights(start, end);
    for (let step = 0; step < steps; step++) {
      const [a, b] = weigh(step / (steps - 1));
      const point = start.map((value, at) => a * value + b * (end[at] ?? 0));
      points.data.set(point, (row * steps + step) * latent);
    }
  }
  return points;
}

type Weights = (t: number) => readonly [start: number, end: number];

const linearWeights: Weights = (t) => [1 - t, t];

/** Below this sine, directions are the same or opposite: the first needs no turn, the second has no one way to turn. */
const smallestSine = 1e-6;

/** Slerp of the directions (Shoemake 1985) times the length, which goes linearly. */
function sphericalWeights(start: Float32Array, end: Float32Array): Weights {
  const [lengthA, lengthB] = [norm(start), norm(end)];
  const cosine = start.reduce((total, value, at) => total + value * (end[at] ?? 0), 0) / (lengthA * lengthB);
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  const sine = Math.sin(angle);
  if (!(sine > smallestSine)) return linearWeights;
  return (t) => {
    const length = (1 - t) * lengthA + t * lengthB;
    return [(length * Math.sin((1 - t) * angle)) / (sine * lengthA), (length * Math.sin(t * angle)) / (sine * lengthB)];
  };
}

function norm(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((total, value) => total + value * value, 0));
}

/** Options of `run.traverse`: which dimensions, how far, in how many steps. */
export interface TraverseOptions {
  /** Which latent dimensions, counted from 0. Default: all. */
  readonly dimensions?: readonly number[];
  /** Each goes from −range to range. Default: 3, which holds 99.7 % of N(0, 1). */
  readonly range?: number;
  /** Points on each path. Default: 9. */
  readonly steps?: number;
}

export const traverseOptionRules: OptionRules<TraverseOptions> = {
  dimensions: rule.listOf(rule.whole(0), 'whole numbers of at least 0', 1),
  range: rule.number({ above: 0, most: 1000 }),
  steps,
};

/** One dimension after the other runs through its range while the rest stay: [dimensions · steps, latent]. */
export function traverseLatents(center: NdArray<'float32'>, options: TraverseOptions = {}): NdArray<'float32'> {
  checkOptions('traverse', options, traverseOptionRules);
  const { dimensions, range = 3, steps = 9 } = options;
  const latent = center.size;
  const chosen = dimensions ?? Array.from({ length: latent }, (_, dimension) => dimension);
  const wrong = chosen.find((dimension) => !Number.isInteger(dimension) || dimension < 0 || dimension >= latent);
  if (wrong !== undefined) {
    throw new ValueError(`traverse: there is no dimension ${wrong}; they are 0 to ${latent - 1}.`);
  }
  const points = NdArray.zeros([chosen.length * steps, latent], 'float32');
  for (const [row, dimension] of chosen.entries()) {
    for (let step = 0; step < steps; step++) {
      const at = (row * steps + step) * latent;
      points.data.set(center.data, at);
      points.data[at + dimension] = range * ((2 * step) / (steps - 1) - 1);
    }
  }
  return points;
}
