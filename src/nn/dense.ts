import { add, matmul, withScope } from '../graph/index.ts';
import type { ActivationName } from '../graph/index.ts';
import { uniformFanIn } from './initializers.ts';
import type { Initializer } from './initializers.ts';
import { activation, sequential } from './layer.ts';
import type { Layer } from './layer.ts';
import { parameter } from './parameters.ts';

/** Initialisers of the layer `dense`. */
export interface DenseOptions {
  /** Default: uniform on ±1/√inputSize, as PyTorch's Linear. */
  readonly weightInitializer?: Initializer;
  /** Default: the same. */
  readonly biasInitializer?: Initializer;
}

/** x W + b: [..., inputSize] → [..., outputSize], with `NAME.weight` [inputSize, outputSize] and `NAME.bias`. */
export function dense(
  name: string,
  sizes: readonly [input: number, output: number],
  options: DenseOptions = {},
): Layer {
  const [inputSize, outputSize] = sizes;
  const initial = uniformFanIn(inputSize);
  const weight = `${name}.weight`;
  const bias = `${name}.bias`;
  return {
    parameters: [
      { name: weight, shape: [inputSize, outputSize], initializer: options.weightInitializer ?? initial },
      { name: bias, shape: [outputSize], initializer: options.biasInitializer ?? initial },
    ],
    apply: (parameters, x) =>
      withScope(name, () => add(matmul(x, parameter(parameters, weight)), parameter(parameters, bias))),
  };
}

/** Dense layers named `NAME.0`, `NAME.1`, …, each followed by the activation. */
export function denseStack(name: string, sizes: readonly number[], activationName: ActivationName): Layer {
  const layers = sizes.slice(1).flatMap((outputSize, index) => {
    const inputSize = sizes[index] ?? 0;
    return [dense(`${name}.${index}`, [inputSize, outputSize]), activation(activationName)];
  });
  return sequential(layers);
}
