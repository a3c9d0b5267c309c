import { adamScalars, checkLengths, requireNoMomentum } from './scalars.ts';
import type { AdamBuffers, AdamSettings, SgdBuffers, SgdSettings } from './scalars.ts';

/**
 * The optimiser kernels in plain TypeScript: every operation rounded to float32, in the kernels' order, so that both agree to
 * the bit. For tests.
 */
const f = Math.fround;

export function referenceAdam(buffers: AdamBuffers, settings: AdamSettings): void {
  step('adam', buffers, settings, settings.weightDecay ?? 0, 0);
}

export function referenceAdamw(buffers: AdamBuffers, settings: AdamSettings): void {
  step('adamw', buffers, settings, 0, settings.weightDecay ?? 0);
}

function step(name: string, buffers: AdamBuffers, settings: AdamSettings, penalty: number, decay: number): void {
  const length = checkLengths(name, buffers);
  const { parameters, gradients, firstMoments, secondMoments } = buffers;
  const s = adamScalars(settings, decay);
  const [rate1, keep2, rate2, correction] = [f(s.rate1), f(s.keep2), f(s.rate2), f(s.correction)];
  const [epsilon, rate, shrink] = [f(s.epsilon), f(s.step), f(s.shrink)];
  for (let i = 0; i < length; i++) {
    const p = parameters[i]!;
    const g = effectiveGradient(gradients[i]!, p, s.scale, penalty);
    const m = flushed(f(firstMoments[i]! + f(f(g - firstMoments[i]!) * rate1)));
    const v = flushed(f(f(secondMoments[i]! * keep2) + f(f(g * rate2) * g)));
    const denominator = f(f(f(Math.sqrt(v)) * correction) + epsilon);
    firstMoments[i] = m;
    secondMoments[i] = v;
    parameters[i] = f(f(p * shrink) - f(f(m / denominator) * rate));
  }
}

export function referenceSgd(buffers: SgdBuffers, settings: SgdSettings): void {
  const length = checkLengths('sgd', buffers);
  const { parameters, gradients, velocities } = buffers;
  const { learningRate, momentum = 0, nesterov = false, weightDecay = 0, gradientScale = 1 } = settings;
  if (velocities === undefined) requireNoMomentum(settings);
  for (let i = 0; i < length; i++) {
    const p = parameters[i]!;
    const g = effectiveGradient(gradients[i]!, p, gradientScale, weightDecay);
    let direction = g;
    if (velocities !== undefined) {
      const u = flushed(f(f(velocities[i]! * f(momentum)) + g));
      velocities[i] = u;
      direction = nesterov ? f(g + f(u * f(momentum))) : u;
    }
    parameters[i] = f(p - f(direction * f(learningRate)));
  }
}

/** Below the smallest normal float32 counts as 0: arithmetic with it is slow, and no step can tell the difference. */
function flushed(x: number): number {
  return Math.abs(x) < 2 ** -126 ? 0 : x;
}

function effectiveGradient(g: number, p: number, scale: number, penalty: number): number {
  return f(f(g * f(scale)) + f(p * f(penalty)));
}

/** Σ xᵢ²: eight sums, one for each i mod 8, added as a tree; then what is left of a length no multiple of 8. */
export function referenceSumOfSquares(x: Float32Array): number {
  const sums = new Float64Array(8);
  const whole = x.length & ~7;
  for (let i = 0; i < whole; i++) sums[i & 7]! += x[i]! * x[i]!;
  // Each 4 neighbours are the kernel's lanes (0, 1) and (2, 3).
  const lane = (k: number): number => sums[k]! + sums[k + 2]! + (sums[k + 4]! + sums[k + 6]!);
  let sum = lane(0) + lane(1);
  for (let i = whole; i < x.length; i++) sum += x[i]! * x[i]!;
  return sum;
}

export function referenceMovingAverage(average: Float32Array, x: Float32Array, decay: number): void {
  for (let i = 0; i < average.length; i++) average[i] = f(f(average[i]! * f(decay)) + f(x[i]! * f(1 - decay)));
}

export function referenceAxpy(factor: number, x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = f(y[i]! + f(x[i]! * f(factor)));
}
