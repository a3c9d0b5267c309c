import { ParallelProgram, mapInOrder } from '../engine/index.ts';
import { parameterInputs } from '../nn/index.ts';
import { batchesInOrder, ofRows, rowInput } from '../objectives/index.ts';
import type { Examples } from '../objectives/index.ts';
import { foldIn, key as seedKey } from '../random/index.ts';
import type { MeasuredModel } from './metrics/encode.ts';

/** How often a model's classifier names the class that an example has. */
export interface ClassAccuracy {
  /** The share that it names right. */
  readonly value: number;
  /** Of a share of so many examples, √(p (1 − p) / n). */
  readonly standardError: number;
  /** Those whose class is known. */
  readonly examples: number;
}

interface ClassifiedExamples extends MeasuredModel {
  readonly examples: Examples;
  readonly seed: number;
  /** Examples whose label is not known, by ones. */
  readonly inferred?: Uint8Array | undefined;
}

/** Of q(y|x) where the model has one, on the examples whose class is known; undefined where there is none. */
export async function classAccuracy(options: ClassifiedExamples): Promise<ClassAccuracy | undefined> {
  const { engine, model, parameters, examples, seed, signal, inferred } = options;
  const { classifier, inputSize, conditionSize = 0 } = model;
  if (!classifier) return undefined;
  const { classes } = classifier;
  const { x } = ofRows(model, rowInput(model));
  const outputs = { odds: classifier.apply(parameterInputs(model.parameters), x) };
  const program = await ParallelProgram.compile(engine, { outputs, boundInputs: parameters });
  program.expect(examples.size);
  let [right, known] = [0, 0];
  try {
    const batches = batchesInOrder(examples, { key: foldIn(seedKey(seed), 0), batchSize: 256 });
    const width = inputSize + conditionSize;
    const counted = mapInOrder(batches, program.width, async ({ x, start }) => {
      signal?.throwIfAborted();
      const { odds } = await program.run({ x });
      return { x, start, odds };
    });
    for await (const { x, start, odds } of counted) {
      for (let row = 0; row < (x.shape[0] ?? 0); row++) {
        const condition = x.data.subarray(row * width + inputSize, row * width + inputSize + classes);
        const own = condition.indexOf(1);
        if (own < 0 || inferred?.[start + row] === 1) continue;
        known++;
        if (largest(odds?.data ?? [], row * classes, classes) === own) right++;
      }
    }
  } finally {
    await program.dispose();
  }
  if (known === 0) return undefined;
  const value = right / known;
  return { value, standardError: Math.sqrt((value * (1 - value)) / known), examples: known };
}

/** The place of the largest of `count` numbers from `start` on, counted from there. */
export function largest(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let k = 1; k < count; k++) if ((values[start + k] ?? NaN) > (values[start + best] ?? NaN)) best = k;
  return best;
}
