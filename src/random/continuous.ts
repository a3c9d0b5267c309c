import { NdArray, typedArray, sizeOf } from '../core/index.ts';
import type { FloatDType, Shape } from '../core/index.ts';
import type { Key } from './key.ts';
import { fillNormal, fillUniform } from './fill.ts';

/** The element type of draws. */
export interface DrawOptions<D extends FloatDType> {
  /** Default: float32. Both types draw the same numbers, rounded. */
  readonly dtype?: D;
}

/** The interval of `uniform`: low ≤ draw < high. */
export interface UniformOptions<D extends FloatDType> extends DrawOptions<D> {
  /** Default 0. */
  readonly low?: number;
  /** Default 1. */
  readonly high?: number;
}

/**
 * Draws from N(0, 1). Element i depends on (key, i) alone: a longer draw begins with the shorter one, and a float32 draw
 * is the float64 one rounded. Identical to the bit on every machine (README.md).
 */
export function normal<D extends FloatDType = 'float32'>(
  key: Key,
  shape: Shape,
  options: DrawOptions<D> = {},
): NdArray<D> {
  const dtype = options.dtype ?? ('float32' as D);
  const data = typedArray(dtype, sizeOf(shape));
  fillNormal(key, data);
  return new NdArray(data, shape, dtype);
}

/**
 * Draws from the uniform distribution on [low, high): low + (high − low) u, where u is a multiple of 2⁻⁵³ (float64) or the
 * same number cut to a multiple of 2⁻²⁴ (float32). With low and high other than 0 and 1, rounding may reach `high`.
 * Element i depends on (key, i) alone.
 */
export function uniform<D extends FloatDType = 'float32'>(
  key: Key,
  shape: Shape,
  options: UniformOptions<D> = {},
): NdArray<D> {
  const dtype = options.dtype ?? ('float32' as D);
  const low = options.low ?? 0;
  const width = (options.high ?? 1) - low;
  const data = typedArray(dtype, sizeOf(shape));
  fillUniform(key, data);
  if (low !== 0 || width !== 1) for (let i = 0; i < data.length; i++) data[i] = low + width * data[i]!;
  return new NdArray(data, shape, dtype);
}
