import { ShapeError } from '../core/index.ts';
import type { FloatDType, NdArray, Shape } from '../core/index.ts';
import { input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { foldIn } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import type { Initializer, InitializerContext } from './initializers.ts';

/** An array that belongs to a model: its full name (`encoder.0.weight`), shape and how it starts. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /**
   * `state` is not learned by gradients: layers give its new value when they are applied in training (running
   * statistics). Saved and loaded as all others. Default: `learned`.
   */
  readonly kind?: 'learned' | 'state';
}

/** Whether an optimiser changes the array. */
export function isLearned({ kind = 'learned' }: Pick<ParameterSpec, 'kind'>): boolean {
  return kind === 'learned';
}

/** Parameters in a graph, by full name. */
export type Parameters = Readonly<Record<string, Tensor>>;

/** Starting values, by full name. The value of one parameter depends on the key and its position only. */
export function initializeParameters(
  specs: readonly ParameterSpec[],
  key: Key,
  context?: InitializerContext,
): Record<string, NdArray<'float32'>> {
  const names = new Set<string>();
  return Object.fromEntries(
    specs.map(({ name, shape, initializer }, index) => {
      if (names.has(name)) throw new ShapeError(`initializeParameters: two parameters are named '${name}'.`);
      names.add(name);
      return [name, initializer(foldIn(key, index), shape, context)];
    }),
  );
}

/** Graph inputs that stand for the parameters; bind them to a parameter store when compiling. */
export function parameterInputs(specs: readonly ParameterSpec[], dtype: FloatDType = 'float32'): Parameters {
  return Object.fromEntries(specs.map(({ name, shape }) => [name, input(name, shape, dtype)]));
}

/** A parameter by its full name. @throws ShapeError that names the missing one and what there is */
export function parameter(parameters: Parameters, name: string): Tensor {
  const tensor = parameters[name];
  if (tensor) return tensor;
  throw new ShapeError(`The parameter '${name}' is missing. Given: ${Object.keys(parameters).join(', ')}.`);
}
