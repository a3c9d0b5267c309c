import { CapabilityError } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { ParallelProgram, mapInOrder } from '../engine/index.ts';
import { square, sub, sum } from '../graph/index.ts';
import { centerOf, codeIndices } from '../models/index.ts';
import { parameterInputs } from '../nn/index.ts';
import { LatentStatistics, batchesInOrder, ofRows, rowInput } from '../objectives/index.ts';
import { foldIn, key as seedKey } from '../random/index.ts';
import { CodeUsage } from './code-usage.ts';
import type { EvaluateOptions, Evaluation } from './evaluation-result.ts';
import { meanWithError } from './importance-sampling.ts';

/** What an evaluation lacks where the posterior has no density. */
const ofDensity = ['elbo', 'elboStandardError', 'kl', 'nll', 'draws', 'samples'] as const;

/**
 * How well a model without a density reconstructs, at z = μ(x): log p(x|z) and ‖x − E[x|z]‖². Whatever else an evaluation has says in a
 * sentence, where it is read, that this one has it not; in JSON and in copies it is not there.
 */
export async function evaluateReconstruction(options: EvaluateOptions): Promise<Evaluation> {
  const { engine, parameters, examples, seed, signal, onProgress } = options;
  const { x, model } = ofRows(options.model, rowInput(options.model));
  const tensors = parameterInputs(model.parameters);
  const posterior = model.encode(tensors, x);
  const { codes } = posterior;
  const mean = centerOf(posterior);
  const likelihood = model.decode(tensors, mean);
  const outputs = {
    mean,
    reconstruction: likelihood.logProb(x),
    squaredError: sum(square(sub(x, likelihood.mean)), -1),
    ...(codes && { codes: codeIndices(codes.assignment) }),
  };
  const program = await ParallelProgram.compile(engine, { outputs, boundInputs: parameters });
  program.expect(examples.size);
  const statistics = new LatentStatistics(model.latent);
  const size = Number(codes?.assignment.shape.at(-1) ?? 0);
  const usage = new CodeUsage(size);
  const [reconstructions, squaredErrors]: [number[], number[]] = [[], []];
  try {
    const batches = batchesInOrder(examples, { key: foldIn(seedKey(seed), 0), batchSize: 256 });
    for await (const values of mapInOrder(batches, program.width, ({ x }) => {
      signal?.throwIfAborted();
      return program.run({ x });
    })) {
      const found = values as Record<Exclude<keyof typeof outputs, 'codes'>, NdArray> & { readonly codes?: NdArray };
      statistics.add(found);
      if (found.codes) usage.add(found.codes);
      reconstructions.push(...found.reconstruction.data);
      squaredErrors.push(...found.squaredError.data);
      onProgress?.({ stage: 'reconstruction', done: reconstructions.length, total: examples.size });
    }
  } finally {
    await program.dispose();
  }
  const { mean: reconstruction, standardError } = meanWithError(reconstructions);
  const { mean: value, standardError: errorOfSquares } = meanWithError(squaredErrors);
  const evaluation = {
    examples: examples.size,
    reconstruction,
    reconstructionStandardError: standardError,
    squaredError: { value, standardError: errorOfSquares },
    latent: model.latent,
    activeUnits: statistics.activeUnits,
    ...(codes && { codes: { size, codesUsed: usage.codesUsed, perplexity: usage.perplexity } }),
  };
  return sayingWhatIsNot(evaluation, model.parts.posterior.name);
}

function sayingWhatIsNot(evaluation: Omit<Evaluation, (typeof ofDensity)[number]>, posterior: string): Evaluation {
  const lacking = (name: string): PropertyDescriptor => ({
    configurable: true,
    enumerable: false,
    get: () => {
      throw new CapabilityError(
        `evaluate: there is no '${name}', as the posterior '${posterior}' has no density log q(z|x): go by 'reconstruction' and 'squaredError', or train with a posterior that has one.`,
      );
    },
  });
  const properties = Object.fromEntries(ofDensity.map((name) => [name, lacking(name)]));
  return Object.defineProperties(evaluation, properties) as Evaluation;
}
