/** A smooth function: returns its value at `x` and writes its gradient into `gradient`. */
export type SmoothFunction = (x: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  /** Largest entry of the gradient there. */
  readonly slope: number;
}

/** A step and how the gradient changed over it. */
interface Correction {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** stepᵀ change > 0 */
  readonly curvature: number;
}

const memory = 10;

/**
 * A minimum of a smooth convex function by L-BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5) with backtracking until
 * the value falls by 10⁻⁴ of what the slope promises.
 *
 * @param options.tolerance stop when no entry of the gradient exceeds it. Default: 1e-6
 */
export function minimize(
  f: SmoothFunction,
  start: Float64Array,
  options: { readonly tolerance?: number; readonly iterations?: number } = {},
): Minimum {
  const { tolerance = 1e-6, iterations = 500 } = options;
  let point = start.slice();
  let gradient = new Float64Array(start.length);
  let value = f(point, gradient);
  const corrections: Correction[] = [];
  for (let iteration = 0; iteration < iterations && largest(gradient) > tolerance; iteration++) {
    const direction = descent(gradient, corrections);
    const slope = dot(direction, gradient);
    let length = corrections.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const next = new Float64Array(point.length);
    const nextGradient = new Float64Array(point.length);
    let nextValue = Infinity;
    for (; length > 1e-12; length /= 2) {
      for (let k = 0; k < next.length; k++) next[k] = point[k]! + length * direction[k]!;
      nextValue = f(next, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
    }
    if (!(nextValue < value)) break; // Rounding leaves nothing to gain.
    const step = next.map((entry, k) => entry - point[k]!);
    const change = nextGradient.map((entry, k) => entry - gradient[k]!);
    const curvature = dot(step, change);
    if (curvature > 0) corrections.push({ step, change, curvature });
    if (corrections.length > memory) corrections.shift();
    [point, gradient, value] = [next, nextGradient, nextValue];
  }
  return { point, value, slope: largest(gradient) };
}

/** −H g with the inverse Hessian H that the corrections give: the two-loop recursion. */
function descent(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const weights = corrections.map(() => 0);
  for (let c = corrections.length - 1; c >= 0; c--) {
    const { step, change, curvature } = corrections[c]!;
    weights[c] = dot(step, direction) / curvature;
    axpy(-weights[c]!, change, direction);
  }
  const last = corrections.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let k = 0; k < direction.length; k++) direction[k]! *= scale;
  }
  corrections.forEach(({ step, change, curvature }, c) => {
    axpy(weights[c]! - dot(change, direction) / curvature, step, direction);
  });
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function axpy(scale: number, x: Float64Array, y: Float64Array): void {
  for (let k = 0; k < y.length; k++) y[k]! += scale * x[k]!;
}

function largest(values: Float64Array): number {
  return values.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
}
