import { NdArray, isFloat, sizeOf, typedArrayFrom } from '../../core/index.ts';
import type { DType, Shape } from '../../core/index.ts';
import type { GraphShape, Tensor } from '../../graph/index.ts';
import { key, normal } from '../../random/index.ts';

/** An operand of a case: its shape, where `'batch'` is symbolic, and the values to feed. */
export interface Operand {
  readonly shape: GraphShape;
  readonly dtype: DType;
  readonly values: (shape: Shape, seed: number) => NdArray;
}

/** One expression that every engine must compute as the reference does. */
export interface Case {
  readonly label: string;
  readonly operands: readonly Operand[];
  readonly build: (...operands: Tensor[]) => Tensor;
  /** Whether gradients are compared too: not at kinks, poles and infinities. */
  readonly smooth: boolean;
  /** Whether inexact ops surround the one under test: it is then compared as gradients are. */
  readonly composite?: true;
}

export interface OpCases {
  /** The dtypes that the op takes (see `workingDType` of the suite). */
  readonly dtypes: readonly DType[];
  readonly cases: (dtype: DType) => readonly Case[];
}

export const floatDTypes = ['float32', 'float64'] as const;
export const numberDTypes = ['float32', 'float64', 'int32', 'uint32'] as const;
export const allDTypes = ['float32', 'float64', 'int32', 'uint32', 'bool'] as const;

/** The symbolic leading dimension of the cases; every case that has it runs at each of these sizes. */
export const batch = 'batch';
export const batchSizes = [1, 7, 128] as const;

/** Maps an N(0, 1) draw into an op's domain. */
export type Domain = (draw: number) => number;

export const anywhere: Domain = (x) => x;
/** At least 0.1 away from 0, on both sides. */
export const awayFromZero: Domain = (x) => (x < 0 ? x - 0.1 : x + 0.1);
export const positive: Domain = (x) => Math.exp(x / 2) + 0.1;

/** An operand of draws: small integers for integer dtypes, fair coins for bool. */
export function drawn(shape: GraphShape, dtype: DType, domain: Domain = anywhere): Operand {
  const convert: Domain = isFloat(dtype)
    ? domain
    : dtype === 'bool'
      ? (x) => (x < 0 ? 0 : 1)
      : dtype === 'int32'
        ? (x) => Math.round(3 * domain(x))
        : (x) => Math.round(3 * Math.abs(domain(x)));
  const values = (concrete: Shape, seed: number): NdArray => {
    const draws = normal(key(seed), concrete, { dtype: 'float64' }).data;
    return new NdArray(typedArrayFrom(dtype, draws.map(convert)), concrete, dtype);
  };
  return { shape, dtype, values };
}

/** An operand of given values, repeated to fill the shape. */
export function listed(values: readonly number[], dtype: DType, shape: GraphShape = [values.length]): Operand {
  const convert = (x: number): number => (dtype === 'bool' ? Number(x !== 0) : x);
  const fill = (concrete: Shape): NdArray => {
    const data = Array.from({ length: sizeOf(concrete) }, (_, i) => convert(values[i % values.length] ?? 0));
    return new NdArray(typedArrayFrom(dtype, data), concrete, dtype);
  };
  return { shape, dtype, values: fill };
}

/** ±0, ±∞, NaN, subnormals, the ends of the range of float32 and plain numbers. */
export const extremes = [
  ...[0, -0, Infinity, -Infinity, NaN, 1e-40, -1e-40, 1e-30, -1e-30, 1e30, -1e30],
  ...[1, -1, 0.5, -0.5, 3, -3, 20, -20, 88, -88, 200, -200, 800, -800],
];

export const finiteExtremes = extremes.filter(Number.isFinite);

export function describeShape(shape: GraphShape): string {
  return `[${shape.join(',')}]`;
}
