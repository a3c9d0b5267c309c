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
  const [rate1, keep2, rate2] = [f(s.rate1), f(s.keep2), f(s.rate2)];
  const [epsilon, rate, shrink] = [f(s.epsilon), f(s.step), f(s.shrink)];
  for (let i = 0; i < length; i++) {
    const p = parameters[i]!;
    const g = effectiveGradient(gradients[i]!, p, s.scale, penalty);
    const m = f(firstMoments[i]! + f(f(g - firstMoments[i]!) * rate1));
    const v = f(f(secondMoments[i]! * keep2) + f(f(g * rate2) * g));
    const denominator = f(f(Math.sqrt(v)) + epsilon);
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
      const u = f(f(velocities[i]! * f(momentum)) + g);
      velocities[i] = u;
      direction = nesterov ? f(g + f(u * f(momentum))) : u;
    }
    parameters[i] = f(p - f(direction * f(learningRate)));
  }
}

function effectiveGradient(g: number, p: number, scale: number, penalty: number): number {
  return f(f(g * f(scale)) + f(p * f(penalty)));
}

/** Σ xᵢ²: blocks of 1,024 in float32 by i mod 16, the rest in float64; all in float64 where float32 would not do. */
export function referenceSumOfSquares(x: Float32Array): number {
  const whole = x.length - (x.length % 1024);
  let sum = 0;
  for (let start = 0; start < whole; start += 1024) {
    const sums = new Float32Array(16);
    for (let i = 0; i < 1024; i++) sums[i % 16]! += f(x[start + i]! * x[start + i]!);
    const lane = (k: number): number => f(f(sums[k]! + sums[k + 4]!) + f(sums[k + 8]! + sums[k + 12]!));
    sum += lane(0) + lane(1);
    sum += lane(2) + lane(3);
  }
  const fast = sum + preciseSquares(x.subarray(whole));
  return fast > 1e-20 && fast < 1e37 ? fast : preciseSquares(x);
}

function preciseSquares(x: Float32Array): number {
  let [even, odd] = [0, 0];
  for (let i = 0; i < x.length; i += 2) {
    even += x[i]! * x[i]!;
    if (i + 1 < x.length) odd += x[i + 1]! * x[i + 1]!;
  }
  return even + odd;
}

export function referenceMovingAverage(average: Float32Array, x: Float32Array, decay: number): void {
  for (let i = 0; i < average.length; i++) average[i] = f(f(average[i]! * f(decay)) + f(x[i]! * f(1 - decay)));
}

export function referenceAxpy(factor: number, x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = f(y[i]! + f(x[i]! * f(factor)));
}
