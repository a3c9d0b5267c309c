import { add, conv2d, convTranspose2d, reshape, withScope } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { uniformFanIn } from './initializers.ts';
import type { Initializer } from './initializers.ts';
import type { Layer } from './layer.ts';
import { parameter } from './parameters.ts';
import type { Parameters } from './parameters.ts';

/** Channels, kernel, stride and padding of the layer `convolution`. */
export interface ConvolutionOptions {
  readonly channels: readonly [input: number, output: number];
  /** Side of the square kernel. */
  readonly kernel: number;
  /** Default: 1. */
  readonly stride?: number;
  /** Rows and columns of zeros on each side. Default: 0. */
  readonly padding?: number;
  /** Default: uniform on ±1/√fanIn, fanIn the number of products in one output. */
  readonly weightInitializer?: Initializer;
  /** Default: the same. */
  readonly biasInitializer?: Initializer;
}

/** Options of the layer `transposedConvolution`. */
export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /** Rows and columns more than the smallest image; less than the stride. Default: 0. */
  readonly outputPadding?: readonly [number, number];
}

/** Convolution plus bias: [..., input, H, W] → [..., output, oH, oW], `NAME.weight` [output, input, k, k] and `NAME.bias`. */
export function convolution(name: string, options: ConvolutionOptions): Layer {
  const { channels, kernel, stride = 1, padding = 0 } = options;
  const [input, output] = channels;
  return convolutionLayer(name, options, {
    weightShape: [output, input, kernel, kernel],
    fanIn: input * kernel ** 2,
    apply: (x, weight) => conv2d(x, weight, { strides: stride, padding }),
  });
}

/** Transposed convolution plus bias: [..., input, H, W] → [..., output, sH, sW], `NAME.weight` [input, output, k, k] and `NAME.bias`. */
export function transposedConvolution(name: string, options: TransposedConvolutionOptions): Layer {
  const { channels, kernel, stride = 1, padding = 0, outputPadding = [0, 0] } = options;
  const [input, output] = channels;
  return convolutionLayer(name, options, {
    weightShape: [input, output, kernel, kernel],
    // Kernels overlap: a pixel of the output gets (kernel / stride)² products a channel.
    fanIn: input * Math.max(1, (kernel / stride) ** 2),
    apply: (x, weight) => convTranspose2d(x, weight, { strides: stride, padding, outputPadding }),
  });
}

interface Kind {
  readonly weightShape: readonly number[];
  readonly fanIn: number;
  readonly apply: (x: Tensor, weight: Tensor) => Tensor;
}

function convolutionLayer(name: string, options: ConvolutionOptions, { weightShape, fanIn, apply }: Kind): Layer {
  const output = options.channels[1];
  const initial = uniformFanIn(fanIn);
  const weight = `${name}.weight`;
  const bias = `${name}.bias`;
  return {
    parameters: [
      { name: weight, shape: weightShape, initializer: options.weightInitializer ?? initial },
      { name: bias, shape: [output], initializer: options.biasInitializer ?? initial },
    ],
    apply: (parameters: Parameters, x: Tensor) =>
      withScope(name, () =>
        add(apply(x, parameter(parameters, weight)), reshape(parameter(parameters, bias), [output, 1, 1])),
      ),
  };
}
