import { dtypeOf, typedArray, typedArrayFrom } from './dtype.ts';
import type { ArrayOf, DType, TypedArray } from './dtype.ts';
import { ShapeError, ValueError } from './errors.ts';
import { formatShape, sizeOf } from './shape.ts';
import type { Shape } from './shape.ts';

/** A number, or arrays of numbers nested to any depth. */
export type NestedArray = number | readonly NestedArray[];

/** What functions take where an array is meant. */
export type ArrayLikeInput = NdArray | NestedArray | TypedArray;

/** A dense, contiguous, row-major array of one element type: plain data, no methods that compute. */
export class NdArray<D extends DType = DType> {
  readonly data: ArrayOf[D];
  readonly shape: Shape;
  readonly dtype: D;

  /** @throws ShapeError when `data` does not hold exactly the elements of `shape` */
  constructor(data: ArrayOf[D], shape: Shape, dtype: D = dtypeOf(data) as D) {
    if (data.length !== sizeOf(shape)) {
      throw new ShapeError(
        `NdArray: shape ${formatShape(shape)} needs ${sizeOf(shape)} elements, the data has ${data.length}.`,
      );
    }
    this.data = data;
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
  }

  static zeros<D extends DType>(shape: Shape, dtype: D): NdArray<D> {
    return new NdArray(typedArray(dtype, sizeOf(shape)), shape, dtype);
  }

  /**
   * From a number, nested arrays (which must not be ragged), a typed array (taken as one-dimensional) or an NdArray.
   * The values are copied and converted to `dtype` (default: float64, or the typed array's own).
   */
  static from<D extends DType = 'float64'>(values: ArrayLikeInput, dtype?: D): NdArray<D> {
    if (values instanceof NdArray) {
      const target = dtype ?? (values.dtype as D);
      return new NdArray(typedArrayFrom(target, values.data), values.shape, target);
    }
    if (ArrayBuffer.isView(values)) {
      const target = dtype ?? (dtypeOf(values) as D);
      return new NdArray(typedArrayFrom(target, values), [values.length], target);
    }
    const shape = nestedShape(values);
    const target = dtype ?? ('float64' as D);
    const data = typedArray(target, sizeOf(shape));
    let index = 0;
    const fill = (value: NestedArray, depth: number): void => {
      if (typeof value === 'number') {
        if (depth !== shape.length) throw ragged(shape);
        data[index++] = value;
        return;
      }
      if (!Array.isArray(value)) throw new ValueError(`NdArray.from: expected numbers or arrays, got ${typeof value}.`);
      if (depth >= shape.length || value.length !== shape[depth]) throw ragged(shape);
      for (const item of value as readonly NestedArray[]) fill(item, depth + 1);
    };
    fill(values, 0);
    return new NdArray(data, shape, target);
  }

  get size(): number {
    return this.data.length;
  }

  /** The same data under another shape of the same size (no copy). */
  reshape(shape: Shape): NdArray<D> {
    return new NdArray(this.data, shape, this.dtype);
  }

  /** A copy as nested arrays; a scalar gives a number. */
  toNested(): NestedArray {
    let index = 0;
    const build = (depth: number): NestedArray =>
      depth === this.shape.length
        ? this.data[index++]!
        : Array.from({ length: this.shape[depth]! }, () => build(depth + 1));
    return build(0);
  }

  /** The only element. @throws ShapeError when there is not exactly one */
  item(): number {
    if (this.data.length !== 1)
      throw new ShapeError(`NdArray.item: shape ${formatShape(this.shape)} is not one element.`);
    return this.data[0]!;
  }
}

function nestedShape(values: NestedArray): number[] {
  const shape: number[] = [];
  let level: NestedArray | undefined = values;
  while (Array.isArray(level)) {
    const items = level as readonly NestedArray[];
    shape.push(items.length);
    level = items[0];
  }
  return shape;
}

function ragged(shape: Shape): ShapeError {
  return new ShapeError(`NdArray.from: rows differ in length; the first ones give the shape ${formatShape(shape)}.`);
}
