import { ShapeError, ValueError, formatShape } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import {
  add,
  div,
  elementCount,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  stopGradient,
  sub,
  withScope,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { ones, zeros } from './initializers.ts';
import type { Layer, LayerContext } from './layer.ts';
import { parameter } from './parameters.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';

/** Options of `groupNorm` and `layerNorm`: which axes are an example's image, and what is added to variances. */
export interface NormalizationOptions {
  /** Axes after the channels' one: 2 for images [..., C, H, W] (the default), 0 for vectors [..., C]. */
  readonly spatialAxes?: number;
  /** Added to variances. Default: 1e-5, as PyTorch. */
  readonly epsilon?: number;
}

/** Options of `batchNorm`. */
export interface BatchNormOptions extends NormalizationOptions {
  /** Share of a batch in the running statistics. Default: 0.1, as PyTorch. */
  readonly momentum?: number;
}

/** Scale and shift of each channel, learned: γ x + β. */
function affine(name: string, channels: number, spatialAxes: number) {
  const shape = [channels, ...new Array<number>(spatialAxes).fill(1)];
  const specs: readonly ParameterSpec[] = [
    { name: `${name}.scale`, shape: [channels], initializer: ones },
    { name: `${name}.shift`, shape: [channels], initializer: zeros },
  ];
  const of = (parameters: Parameters, part: string): Tensor => reshape(parameter(parameters, `${name}.${part}`), shape);
  return {
    shape,
    specs,
    apply: (parameters: Parameters, x: Tensor) => add(mul(x, of(parameters, 'scale')), of(parameters, 'shift')),
  };
}

/** (x − μ) / √(σ² + ε) */
function standardize(x: Tensor, center: Tensor, variance: Tensor, epsilon: number): Tensor {
  return div(sub(x, center), sqrt(add(variance, epsilon)));
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015): each channel shifted and scaled to mean 0 and variance 1, then by what is
 * learned. In training with the batch's own statistics, which move the running ones, `NAME.mean` and `NAME.variance`
 * (unbiased); in evaluation with those.
 */
export function batchNorm(name: string, channels: number, options: BatchNormOptions = {}): Layer {
  const { spatialAxes = 2, epsilon = 1e-5, momentum = 0.1 } = options;
  const { shape, specs, apply } = affine(name, channels, spatialAxes);
  const [runningMean, runningVariance] = [`${name}.mean`, `${name}.variance`];

  const byBatch = (parameters: Parameters, x: Tensor, { state }: LayerContext): Tensor => {
    const axes = statisticsAxes(name, x, spatialAxes);
    const center = mean(x, axes, { keepDims: true });
    const variance = mean(square(sub(x, center)), axes, { keepDims: true });
    const count = elementCount(x.shape, axes, x.dtype as FloatDType);
    const unbiased = mul(variance, div(count, sub(count, 1)));
    const move = (running: string, seen: Tensor): void => {
      const old = parameter(parameters, running);
      const new_ = stopGradient(reshape(seen, [channels]));
      state.set(running, add(mul(old, 1 - momentum), mul(new_, momentum)));
    };
    move(runningMean, center);
    move(runningVariance, unbiased);
    return standardize(x, center, variance, epsilon);
  };
  const byRunning = (parameters: Parameters, x: Tensor): Tensor => {
    const running = (statistic: string): Tensor => reshape(parameter(parameters, statistic), shape);
    return standardize(x, running(runningMean), running(runningVariance), epsilon);
  };
  return {
    parameters: [
      ...specs,
      { name: runningMean, shape: [channels], initializer: zeros, kind: 'state' },
      { name: runningVariance, shape: [channels], initializer: ones, kind: 'state' },
    ],
    apply: (parameters, x, context) =>
      withScope(name, () => {
        requireChannels(name, x, channels, spatialAxes);
        const normal = context?.mode === 'train' ? byBatch(parameters, x, context) : byRunning(parameters, x);
        return apply(parameters, normal);
      }),
  };
}

/**
 * Group normalisation (Wu and He 2018): as batch normalisation, but each example by itself, over groups of channels and
 * all of their pixels. The same in training and evaluation; one group is layer normalisation of an image.
 *
 * @throws ValueError when `groups` does not divide `channels`
 */
export function groupNorm(
  name: string,
  channels: number,
  options: NormalizationOptions & { readonly groups: number },
): Layer {
  const { spatialAxes = 2, epsilon = 1e-5, groups } = options;
  if (channels % groups !== 0) throw new ValueError(`${name}: ${channels} channels do not make ${groups} groups.`);
  const { specs, apply } = affine(name, channels, spatialAxes);
  return {
    parameters: specs,
    apply: (parameters, x) =>
      withScope(name, () => {
        requireChannels(name, x, channels, spatialAxes);
        const batch = x.shape.slice(0, x.rank - 1 - spatialAxes);
        const grouped = reshape(x, [...batch, groups, sizeAfter(x, batch.length) / groups]);
        const center = mean(grouped, -1, { keepDims: true });
        const variance = mean(square(sub(grouped, center)), -1, { keepDims: true });
        return apply(parameters, reshape(standardize(grouped, center, variance, epsilon), x.shape));
      }),
  };
}

/** Layer normalisation (Ba, Kiros and Hinton 2016) of vectors [..., size]. */
export function layerNorm(name: string, size: number, options: { readonly epsilon?: number } = {}): Layer {
  return groupNorm(name, size, { ...options, groups: 1, spatialAxes: 0 });
}

/** All axes but the channels'. @throws ValueError when they hold a single number, which has no variance */
function statisticsAxes(name: string, x: Tensor, spatialAxes: number): number[] {
  const axes = x.shape.flatMap((_, axis) => (axis === x.rank - 1 - spatialAxes ? [] : [axis]));
  if (axes.some((axis) => x.shape[axis] !== 1)) return axes;
  throw new ValueError(`${name}: a batch of ${formatShape(x.shape)} has one number a channel. Use a larger batch.`);
}

function requireChannels(name: string, x: Tensor, channels: number, spatialAxes: number): void {
  if (x.shape[x.rank - 1 - spatialAxes] === channels) return;
  throw new ShapeError(
    `${name}: needs ${channels} channels before the last ${spatialAxes} axes, got ${formatShape(x.shape)}.`,
  );
}

/** Elements of one example, whose sizes are known. */
function sizeAfter(x: Tensor, axis: number): number {
  return x.shape.slice(axis).reduce<number>((size, length) => size * Number(length), 1);
}
