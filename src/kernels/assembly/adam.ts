import { allBytes, load, store, wholeBytes } from './lanes';

/**
 * One step of Adam or AdamW; src/kernels/optimizers.reference.ts is the specification. `penalty` adds to the gradient
 * (Adam's weight decay), `shrink` multiplies the parameters (AdamW's). Arithmetic bounds it, so constants are folded
 * outside: `epsilon` and `step` hold the bias corrections.
 */
export function adam(
  parameters: usize,
  gradients: usize,
  firstMoments: usize,
  secondMoments: usize,
  length: i32,
  scale: f32,
  penalty: f32,
  shrink: f32,
  rate1: f32,
  keep2: f32,
  rate2: f32,
  epsilon: f32,
  step: f32,
): void {
  const p = parameters;
  const g = gradients;
  const m = firstMoments;
  const v = secondMoments;
  const whole = wholeBytes(length);
  const end = allBytes(length);
  range<v128>(p, g, m, v, 0, whole, scale, penalty, shrink, rate1, keep2, rate2, epsilon, step);
  range<f32>(p, g, m, v, whole, end, scale, penalty, shrink, rate1, keep2, rate2, epsilon, step);
}

function range<T>(
  parameters: usize,
  gradients: usize,
  firstMoments: usize,
  secondMoments: usize,
  from: usize,
  to: usize,
  scale: f32,
  penalty: f32,
  shrink: f32,
  rate1: f32,
  keep2: f32,
  rate2: f32,
  epsilon: f32,
  step: f32,
): void {
  for (let at = from; at < to; at += sizeof<T>()) {
    const p = load<T>(parameters + at);
    let g = f32x4.mul(load<T>(gradients + at), f32x4.splat(scale));
    if (penalty != 0) g = f32x4.add(g, f32x4.mul(p, f32x4.splat(penalty)));
    const m0 = load<T>(firstMoments + at);
    const m = f32x4.add(m0, f32x4.mul(f32x4.sub(g, m0), f32x4.splat(rate1)));
    const v0 = f32x4.mul(load<T>(secondMoments + at), f32x4.splat(keep2));
    const v = f32x4.add(v0, f32x4.mul(f32x4.mul(g, f32x4.splat(rate2)), g));
    const change = f32x4.mul(f32x4.div(m, f32x4.add(f32x4.sqrt(v), f32x4.splat(epsilon))), f32x4.splat(step));
    store<T>(firstMoments + at, m);
    store<T>(secondMoments + at, v);
    store<T>(parameters + at, f32x4.sub(f32x4.mul(p, f32x4.splat(shrink)), change));
  }
}
