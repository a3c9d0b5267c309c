import { NdArray } from '../core/index.ts';
import { activations, add, constant, matmul, mul, slice, withScope } from '../graph/index.ts';
import type { ActivationName, Tensor } from '../graph/index.ts';
import { uniformFanIn, zeros } from './initializers.ts';
import { onRows } from './on-rows.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { parameter } from './parameters.ts';

/** Sizes and outputs of a masked autoregressive network. */
export interface MadeOptions {
  /** n: coordinates in, and of each output. */
  readonly size: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  /** How many numbers there are for each coordinate: 2 for shift and scale. */
  readonly outputs: number;
  /** Which coordinates come before which. */
  readonly order: 'ascending' | 'descending';
}

/** A network whose outputs for a coordinate depend on the coordinates before it alone. */
export interface Made {
  readonly parameters: readonly ParameterSpec[];
  /**
   * @param z [..., n]
   * @param context [..., hidden[0]], added to what goes into the first hidden layer
   * @returns as many as `outputs`, [..., n] each
   */
  apply(parameters: Parameters, z: Tensor, context?: Tensor): readonly Tensor[];
}

/**
 * Dense layers with masked weights (Germain, Gregor, Murray and Larochelle 2015, MADE): coordinates have degrees 1 … n in the
 * order, hidden units 1 … n − 1 in turn; a hidden unit sees what is of its degree at most, an output what is below its own. The
 * last layer starts at zero. Parameters are `NAME.0.weight`, `NAME.0.bias`, …
 */
export function made(name: string, options: MadeOptions): Made {
  const { size, hidden, outputs, order, activation } = options;
  const coordinates = Array.from({ length: size }, (_, k) => (order === 'ascending' ? k + 1 : size - k));
  const units = (count: number): number[] => Array.from({ length: count }, (_, k) => 1 + (k % Math.max(1, size - 1)));
  const degrees = [coordinates, ...hidden.map(units)];
  const last = degrees.at(-1) ?? coordinates;
  const layers = [
    ...hidden.map((_, k) => maskedDense(`${name}.${k}`, degrees[k] ?? [], degrees[k + 1] ?? [], (from, to) => from <= to)),
    maskedDense(`${name}.${hidden.length}`, last, repeated(coordinates, outputs), (from, to) => from < to, true),
  ]; // prettier-ignore
  return {
    parameters: layers.flatMap(({ parameters }) => parameters),
    apply: (parameters, z, context) => {
      const all = onRows(z, (rows) =>
        layers.reduce((value, layer, k) => {
          if (k === 0) return context ? add(layer.apply(parameters, value), context) : layer.apply(parameters, value);
          return layer.apply(parameters, activations[activation](value));
        }, rows),
      );
      return Array.from({ length: outputs }, (_, k) => slice(all, { [-1]: [k * size, (k + 1) * size] }));
    },
  };
}

function repeated(degrees: readonly number[], times: number): number[] {
  return Array.from({ length: times }, () => degrees).flat();
}

/** x (W ⊙ M) + b, the mask M by the degrees of what is joined. */
function maskedDense(
  name: string,
  from: readonly number[],
  to: readonly number[],
  joins: (from: number, to: number) => boolean,
  isLast = false,
) {
  const [weight, bias] = [`${name}.weight`, `${name}.bias`];
  const initializer = isLast ? zeros : uniformFanIn(from.length);
  const mask = new NdArray(
    Float32Array.from({ length: from.length * to.length }, (_, at) =>
      joins(from[Math.floor(at / to.length)] ?? NaN, to[at % to.length] ?? NaN) ? 1 : 0,
    ),
    [from.length, to.length],
  );
  const parameters: readonly ParameterSpec[] = [
    { name: weight, shape: [from.length, to.length], initializer },
    { name: bias, shape: [to.length], initializer },
  ];
  // Made once for all passes through the network: sequential draws take many.
  const masked = new WeakMap<Tensor, Tensor>();
  const maskedWeights = (weights: Tensor): Tensor => {
    const product = masked.get(weights) ?? mul(weights, constant(mask, weights.dtype));
    masked.set(weights, product);
    return product;
  };
  return {
    parameters,
    apply: (given: Parameters, x: Tensor): Tensor =>
      withScope(name, () => {
        return add(matmul(x, maskedWeights(parameter(given, weight))), parameter(given, bias));
      }),
  };
}
