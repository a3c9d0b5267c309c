import { NdArray } from '../core/index.ts';
import type { Vae } from '../models/index.ts';
import { initializeParameters } from '../nn/index.ts';
import type { InitializerContext, ParameterSpec } from '../nn/index.ts';
import type { Examples, TrainingObjective } from '../objectives/index.ts';
import { foldIn, permutation } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import type { NamedParameters } from './parameter-store.ts';

/** Independent streams of a training's seed, one for each use. */
export const streams = {
  initialization: 0,
  binarization: 1,
  noise: 2,
  validation: 3,
  trimming: 4,
  rollbacks: 5,
  objective: 6,
  examples: 7,
  prior: 8,
} as const;

/** What a training begins with: the model's parameters, those given or drawn ones, and the objective's own, which are drawn. */
export function startingValues(of: {
  readonly model: Vae;
  readonly objective: TrainingObjective;
  readonly training: Examples;
  readonly seed: Key;
  /** The model's parameters to start from. Default: drawn. */
  readonly initial?: NamedParameters | undefined;
}): NamedParameters {
  const { model, objective, training, seed, initial } = of;
  const context = contextOf(training, { inputSize: model.inputSize, key: foldIn(seed, streams.examples) });
  const drawn = (specs: readonly ParameterSpec[], stream: number): NamedParameters =>
    initializeParameters(specs, foldIn(seed, stream), context);
  return {
    ...(initial ?? drawn(model.parameters, streams.initialization)),
    ...drawn(objective.parameters, streams.objective),
  };
}

/** What starting values may look at: training examples, as a step reads them. */
function contextOf(
  training: Examples,
  { inputSize, key }: { readonly inputSize: number; readonly key: Key },
): InitializerContext {
  return {
    examples: (count) => {
      const order = permutation(foldIn(key, 0), training.size).data;
      const indices = Uint32Array.from({ length: count }, (_, k) => order[k % order.length] ?? 0);
      const x = NdArray.zeros([count, training.exampleSize], 'float32');
      training.read(indices, x.data, foldIn(key, 1));
      return withoutCondition(x, inputSize);
    },
  };
}

/** The x of rows [count, rowSize], which may have a condition behind it. */
function withoutCondition({ data, shape }: NdArray<'float32'>, inputSize: number): NdArray<'float32'> {
  const [count = 0, width = 0] = shape;
  const x = NdArray.zeros([count, inputSize], 'float32');
  for (let row = 0; row < count; row++)
    x.data.set(data.subarray(row * width, row * width + inputSize), row * inputSize);
  return x;
}
