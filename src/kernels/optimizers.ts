import type { BufferMemory } from './buffer-kernels.ts';
import { adamScalars, checkLengths, requireNoMomentum } from './scalars.ts';
import type { AdamBuffers, AdamSettings, SgdBuffers, SgdSettings } from './scalars.ts';

/**
 * One step of Adam (Kingma and Ba 2015), in place and in one pass; `weightDecay` adds to the gradient, as in
 * torch.optim.Adam. All buffers are views of `memory` with one length.
 *
 *   g ← gradientScale g + weightDecay p
 *   m ← m + (1 − β₁) (g − m),   v ← β₂ v + (1 − β₂) g²
 *   p ← p − (lr / bc₁) m / (√v / √bc₂ + ε),   bcᵢ = 1 − βᵢ^t
 *
 * @throws ValueError when a buffer lies outside the memory, ShapeError when lengths differ
 */
export function adam(memory: BufferMemory, buffers: AdamBuffers, settings: AdamSettings): void {
  runAdam('adam', memory, buffers, settings, settings.weightDecay ?? 0, 0);
}

/**
 * One step of AdamW (Loshchilov and Hutter 2019): `adam`, but the decay is p ← (1 − lr · weightDecay) p before the step, as in
 * torch.optim.AdamW.
 */
export function adamw(memory: BufferMemory, buffers: AdamBuffers, settings: AdamSettings): void {
  runAdam('adamw', memory, buffers, settings, 0, settings.weightDecay ?? 0);
}

function runAdam(
  name: string,
  memory: BufferMemory,
  buffers: AdamBuffers,
  settings: AdamSettings,
  penalty: number,
  decay: number,
): void {
  const length = checkLengths(name, buffers);
  const { rate1, keep2, rate2, epsilon, step, shrink, scale } = adamScalars(settings, decay);
  memory.kernels.adam(
    memory.offsetOf(name, 'parameters', buffers.parameters),
    memory.offsetOf(name, 'gradients', buffers.gradients),
    memory.offsetOf(name, 'firstMoments', buffers.firstMoments),
    memory.offsetOf(name, 'secondMoments', buffers.secondMoments),
    length,
    scale,
    penalty,
    shrink,
    rate1,
    keep2,
    rate2,
    epsilon,
    step,
  );
}

/**
 * One step of stochastic gradient descent, in place, as torch.optim.SGD without dampening:
 *
 *   g ← gradientScale g + weightDecay p
 *   u ← momentum u + g  (u starts at 0),   d = g + momentum u with Nesterov, else u
 *   p ← p − lr d
 *
 * @throws ValueError when a buffer lies outside the memory or momentum has no velocities, ShapeError when lengths differ
 */
export function sgd(memory: BufferMemory, buffers: SgdBuffers, settings: SgdSettings): void {
  const length = checkLengths('sgd', buffers);
  const { learningRate, momentum = 0, nesterov = false, weightDecay = 0, gradientScale = 1 } = settings;
  const parameters = memory.offsetOf('sgd', 'parameters', buffers.parameters);
  const gradients = memory.offsetOf('sgd', 'gradients', buffers.gradients);
  if (buffers.velocities === undefined) {
    requireNoMomentum(settings);
    memory.kernels.sgd(parameters, gradients, length, gradientScale, weightDecay, learningRate);
    return;
  }
  const velocities = memory.offsetOf('sgd', 'velocities', buffers.velocities);
  memory.kernels.sgdMomentum(
    parameters,
    gradients,
    velocities,
    length,
    gradientScale,
    weightDecay,
    learningRate,
    momentum,
    nesterov,
  );
}
