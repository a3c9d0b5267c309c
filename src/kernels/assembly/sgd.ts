import { allBytes, effectiveGradient, load, store, wholeBytes } from './lanes';

/** One step without momentum; `penalty` is the weight decay. */
export function sgd(parameters: usize, gradients: usize, length: i32, scale: f32, penalty: f32, rate: f32): void {
  const whole = wholeBytes(length);
  plain<v128>(parameters, gradients, 0, whole, scale, penalty, rate);
  plain<f32>(parameters, gradients, whole, allBytes(length), scale, penalty, rate);
}

/** One step with momentum. */
export function sgdMomentum(
  parameters: usize,
  gradients: usize,
  velocities: usize,
  length: i32,
  scale: f32,
  penalty: f32,
  rate: f32,
  momentum: f32,
  nesterov: bool,
): void {
  const p = parameters;
  const whole = wholeBytes(length);
  const end = allBytes(length);
  withMomentum<v128>(p, gradients, velocities, 0, whole, scale, penalty, rate, momentum, nesterov);
  withMomentum<f32>(p, gradients, velocities, whole, end, scale, penalty, rate, momentum, nesterov);
}

function plain<T>(p: usize, gradients: usize, from: usize, to: usize, scale: f32, penalty: f32, rate: f32): void {
  for (let at = from; at < to; at += sizeof<T>()) {
    const p0 = load<T>(p + at);
    const g = effectiveGradient(load<T>(gradients + at), p0, f32x4.splat(scale), f32x4.splat(penalty));
    store<T>(p + at, f32x4.sub(p0, f32x4.mul(g, f32x4.splat(rate))));
  }
}

function withMomentum<T>(
  parameters: usize,
  gradients: usize,
  velocities: usize,
  from: usize,
  to: usize,
  scale: f32,
  penalty: f32,
  rate: f32,
  momentum: f32,
  nesterov: bool,
): void {
  for (let at = from; at < to; at += sizeof<T>()) {
    const p = load<T>(parameters + at);
    const g = effectiveGradient(load<T>(gradients + at), p, f32x4.splat(scale), f32x4.splat(penalty));
    const velocity = f32x4.add(f32x4.mul(load<T>(velocities + at), f32x4.splat(momentum)), g);
    const direction = nesterov ? f32x4.add(g, f32x4.mul(velocity, f32x4.splat(momentum))) : velocity;
    store<T>(velocities + at, velocity);
    store<T>(parameters + at, f32x4.sub(p, f32x4.mul(direction, f32x4.splat(rate))));
  }
}
