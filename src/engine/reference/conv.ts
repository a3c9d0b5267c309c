import { sizeOf } from '../../core/index.ts';
import type { Shape } from '../../core/index.ts';
import type { ConvAttributes } from '../../graph/index.ts';
import type { Kernel, Value } from './value.ts';

/** Shapes of the three tensors of a convolution. */
interface Sizes {
  readonly image: Shape;
  readonly kernel: Shape;
  readonly features: Shape;
}

/** Offsets of one kernel entry, of a row of features, and of the image entries under it, `step` apart. */
type RowVisitor = (weight: number, feature: number, image: number, step: number, length: number) => void;

/** First and last + 1 position on an axis at which a kernel entry lies on the image and not on its padding. */
function range(offset: number, stride: number, size: number, positions: number): [number, number] {
  const first = Math.max(0, Math.ceil(-offset / stride));
  return [first, Math.min(positions, Math.ceil((size - offset) / stride))];
}

/** Walks all triples (feature, kernel entry, image entry) that a convolution multiplies, a row of features at a time. */
function forEachRow({ image, kernel, features }: Sizes, attributes: ConvAttributes, visit: RowVisitor): void {
  const { strides, padding, dilations } = attributes;
  const [channels, height, width] = image.slice(-3) as [number, number, number];
  const batch = sizeOf(image.slice(0, -3));
  const [filters, , kernelHeight, kernelWidth] = kernel as [number, number, number, number];
  const [rows, columns] = features.slice(-2) as [number, number];
  for (let m = 0; m < filters; m++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < kernelHeight; i++) {
        const down = i * dilations[0] - padding[0];
        const [top, bottom] = range(down, strides[0], height, rows);
        for (let j = 0; j < kernelWidth; j++) {
          const right = j * dilations[1] - padding[1];
          const [start, end] = range(right, strides[1], width, columns);
          const weight = ((m * channels + c) * kernelHeight + i) * kernelWidth + j;
          for (let n = 0; n < batch; n++) {
            for (let row = top; row < bottom; row++) {
              const feature = ((n * filters + m) * rows + row) * columns + start;
              const line = (n * channels + c) * height + row * strides[0] + down;
              visit(weight, feature, line * width + start * strides[1] + right, strides[1], end - start);
            }
          }
        }
      }
    }
  }
}

const conv2d: Kernel<'conv2d'> = (operands, { attributes }, shape) => {
  const [x, w] = operands as [Value, Value];
  const out = new Float64Array(sizeOf(shape));
  forEachRow(
    { image: x.shape, kernel: w.shape, features: shape },
    attributes,
    (weight, feature, image, step, length) => {
      const factor = w.data[weight]!;
      for (let k = 0; k < length; k++) out[feature + k]! += factor * x.data[image + k * step]!;
    },
  );
  return out;
};

const convTranspose2d: Kernel<'convTranspose2d'> = (operands, { attributes }, shape) => {
  const [y, w] = operands as [Value, Value];
  const out = new Float64Array(sizeOf(shape));
  forEachRow(
    { image: shape, kernel: w.shape, features: y.shape },
    attributes,
    (weight, feature, image, step, length) => {
      const factor = w.data[weight]!;
      for (let k = 0; k < length; k++) out[image + k * step]! += factor * y.data[feature + k]!;
    },
  );
  return out;
};

const conv2dWeightGradient: Kernel<'conv2dWeightGradient'> = (operands, { attributes }, shape) => {
  const [x, y] = operands as [Value, Value];
  const out = new Float64Array(sizeOf(shape));
  forEachRow(
    { image: x.shape, kernel: shape, features: y.shape },
    attributes,
    (weight, feature, image, step, length) => {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += y.data[feature + k]! * x.data[image + k * step]!;
      out[weight]! += sum;
    },
  );
  return out;
};

export const convKernels = { conv2d, convTranspose2d, conv2dWeightGradient };
