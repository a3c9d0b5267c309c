import { NdArray } from '../../core/index.ts';
import { ParallelProgram, mapInOrder } from '../../engine/index.ts';
import type { Engine } from '../../engine/index.ts';
import { centerOf } from '../../models/index.ts';
import type { Vae } from '../../models/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import { batchesInOrder, ofRows, rowInput } from '../../objectives/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { key } from '../../random/index.ts';

/** A model as what computes with it has it. */
export interface MeasuredModel {
  readonly engine: Engine;
  readonly model: Vae;
  readonly parameters: Readonly<Record<string, NdArray>>;
  readonly signal?: AbortSignal | undefined;
}

/** What a model makes of examples: q(z|x) as numbers. */
export interface Codes {
  /** [n, latent]; of a posterior without moments the image of the noise's mean */
  readonly mean: NdArray<'float64'>;
  /** Marginal variances, [n, latent]; absent where they have no closed form */
  readonly variance?: NdArray<'float64'>;
}

const batchSize = 256;

/** Mean and variances of q(z|x) of all examples, in float64. */
export async function encodeExamples(
  { engine, model: of, parameters, signal }: MeasuredModel,
  examples: Examples,
): Promise<Codes> {
  const { x, model } = ofRows(of, rowInput(of));
  const posterior = model.encode(parameterInputs(model.parameters), x);
  const { variance } = posterior;
  const outputs = { mean: centerOf(posterior), ...(variance && { variance }) };
  const program = await ParallelProgram.compile(engine, { outputs, boundInputs: parameters });
  program.expect(examples.size);
  const codes = Object.fromEntries(
    Object.keys(outputs).map((name) => [name, NdArray.zeros([examples.size, model.latent], 'float64')]),
  );
  let done = 0;
  try {
    // What an example is made of by binarisation, the examples themselves decide.
    const batches = batchesInOrder(examples, { key: key(0), batchSize });
    for await (const part of mapInOrder(batches, program.width, ({ x }) => {
      signal?.throwIfAborted();
      return program.run({ x });
    })) {
      for (const [name, { data }] of Object.entries(part)) codes[name]?.data.set(data, done);
      done += part.mean?.size ?? 0;
    }
  } finally {
    await program.dispose();
  }
  return codes as unknown as Codes;
}
