import type { DType } from '../../core/index.ts';
import { conv2d, conv2dWeightGradient, convTransposeLike, input } from '../../graph/index.ts';
import type { ConvOptions, GraphShape, OpName, Tensor } from '../../graph/index.ts';
import { batch, describeShape, drawn, floatDTypes } from './case.ts';
import type { Case, OpCases } from './case.ts';

interface Convolution extends ConvOptions {
  readonly image: GraphShape;
  readonly filters: number;
  readonly kernel: readonly [number, number];
}

/** Plain, strided with and without a remainder, dilated, padded unevenly and beyond the kernel, a single entry. */
const convolutions: readonly Convolution[] = [
  { image: [1, 1, 1, 1], filters: 1, kernel: [1, 1] },
  { image: [2, 2, 3, 4], filters: 3, kernel: [2, 2] },
  { image: [2, 1, 4, 4], filters: 2, kernel: [4, 4], strides: 2, padding: 1 },
  { image: [1, 2, 5, 6], filters: 1, kernel: [3, 3], strides: 2 },
  { image: [1, 1, 6, 7], filters: 2, kernel: [2, 1], strides: [3, 2] },
  { image: [1, 1, 7, 5], filters: 2, kernel: [2, 2], strides: [3, 1], dilations: [2, 3], padding: [2, 0, 1, 2] },
  { image: [1, 1, 2, 3], filters: 1, kernel: [1, 2], padding: 2 },
  { image: [1, 1, 9, 2], filters: 1, kernel: [2, 1], strides: [4, 5] },
  { image: [3, 8, 14, 14], filters: 16, kernel: [4, 4], strides: 2, padding: 1 },
  { image: [0, 2, 4, 4], filters: 3, kernel: [3, 3], padding: 1 },
  { image: [1, 3, 3], filters: 2, kernel: [2, 2] },
  { image: [2, 0, 1, 3, 3], filters: 2, kernel: [2, 2] },
  { image: [2, batch, 1, 3, 3], filters: 2, kernel: [2, 2], padding: 1 },
  { image: [batch, 2, 7, 6], filters: 3, kernel: [4, 4], strides: 2, padding: 1 },
];

/** The cases of one op: two of image, kernel and features are its operands. */
const cases = (
  operands: (shapes: Shapes) => readonly [GraphShape, GraphShape],
  build: (convolution: Convolution, image: Tensor, operands: readonly [Tensor, Tensor]) => Tensor,
): OpCases => ({
  dtypes: floatDTypes,
  cases: (dtype) =>
    convolutions.map((convolution): Case => {
      const { image, filters, kernel, ...options } = convolution;
      const shapes = shapesOf(convolution, dtype);
      const [a, b] = operands(shapes);
      return {
        label: `${describeShape(image)}, ${filters} of ${describeShape(kernel)}, ${JSON.stringify(options)}`,
        operands: [drawn(a, dtype), drawn(b, dtype)],
        build: (x, y) => build(convolution, input('image', image, dtype), [x, y]),
        smooth: true,
      };
    }),
});

interface Shapes {
  readonly image: GraphShape;
  readonly weight: GraphShape;
  readonly features: GraphShape;
}

function shapesOf(convolution: Convolution, dtype: DType): Shapes {
  const { image, filters, kernel } = convolution;
  const weight = [filters, image.at(-3) ?? 0, ...kernel];
  const { shape } = conv2d(input('image', image, dtype), input('weight', weight, dtype), convolution);
  return { image, weight, features: shape };
}

/** Convolutions of every kind of geometry. Both gradients of each op are compared too: the other two ops. */
export const convCases = {
  conv2d: cases(
    ({ image, weight }) => [image, weight],
    (convolution, _, [x, w]) => conv2d(x, w, convolution),
  ),
  convTranspose2d: cases(
    ({ features, weight }) => [features, weight],
    (convolution, image, [y, w]) => convTransposeLike(image, y, w, conv2d(image, w, convolution).attributes),
  ),
  conv2dWeightGradient: cases(
    ({ image, features }) => [image, features],
    (convolution, _, [x, y]) => conv2dWeightGradient(x, y, convolution),
  ),
} satisfies Partial<Record<OpName, OpCases>>;
