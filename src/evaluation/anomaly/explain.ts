import { NdArray, NumericalError } from '../../core/index.ts';
import { ParallelProgram } from '../../engine/index.ts';
import { neg } from '../../graph/index.ts';
import { centerOf } from '../../models/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import { batchesInOrder, ofRows, rowInput } from '../../objectives/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { key } from '../../random/index.ts';
import type { ModelParts } from './draws.ts';
import { withProgram } from './kept-programs.ts';

/**
 * What each part of an example (a pixel, a column) contributes to its `reconstruction` score: −log p(xᵢ|z) at z = μ(x), nats,
 * [examples, parts]. A row's sum is its score.
 *
 * @throws NumericalError when a contribution is not finite, naming the example
 */
export async function explainExamples(
  options: ModelParts & { readonly examples: Examples },
): Promise<NdArray<'float32'>> {
  const { engine, parameters, examples } = options;
  const compile = async () => {
    const { x, model } = ofRows(options.model, rowInput(options.model));
    const tensors = parameterInputs(model.parameters);
    const contributions = neg(model.decode(tensors, centerOf(model.encode(tensors, x))).logProbParts(x));
    const program = await ParallelProgram.compile(engine, { outputs: { contributions }, boundInputs: parameters });
    return { program, parts: Number(contributions.shape.at(-1)), dispose: () => program.dispose() };
  };
  return withProgram(options.programs, 'explain', compile, async ({ program, parts }) => {
    const all = NdArray.zeros([examples.size, parts], 'float32');
    for (const batch of batchesInOrder(examples, { key: key(0), batchSize: 256 })) {
      const values = (await program.run({ x: batch.x })).contributions?.data ?? [];
      const wrong = Array.prototype.findIndex.call(values, (value: number) => !Number.isFinite(value));
      if (wrong >= 0) {
        throw new NumericalError(
          `explain: part ${wrong % parts} of example ${batch.start + Math.floor(wrong / parts)} contributes ${values[wrong]!}.`,
        );
      }
      all.data.set(values, batch.start * parts);
    }
    return all;
  });
}
