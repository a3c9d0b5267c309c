import { activations, withScope } from '../graph/index.ts';
import type { ActivationName, Tensor } from '../graph/index.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';

/** A function with parameters. Its parameters carry full names, so a layer needs no knowledge of where it stands. */
export interface Layer {
  readonly parameters: readonly ParameterSpec[];
  apply(parameters: Parameters, x: Tensor): Tensor;
}

/** Layers one after the other. */
export function sequential(layers: readonly Layer[]): Layer {
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    apply: (parameters, x) => layers.reduce((value, layer) => layer.apply(parameters, value), x),
  };
}

/** An activation as a layer. */
export function activation(name: ActivationName): Layer {
  return { parameters: [], apply: (_, x) => withScope(name, () => activations[name](x)) };
}
