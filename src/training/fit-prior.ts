import { NdArray } from '../core/index.ts';
import { ParallelProgram, mapInOrder } from '../engine/index.ts';
import type { Engine } from '../engine/index.ts';
import { keyInput, keyWords } from '../graph/index.ts';
import { codeIndices, has } from '../models/index.ts';
import type { Vae } from '../models/index.ts';
import { parameterInputs } from '../nn/index.ts';
import { batchesInOrder, ofRows, rowInput } from '../objectives/index.ts';
import type { Examples } from '../objectives/index.ts';
import { foldIn, key as seedKey } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import type { NamedParameters } from './parameter-store.ts';
import { streams } from './starting-values.ts';

/** What the fitting needs of a training that is over. */
export interface FitPriorOptions {
  readonly engine: Engine;
  readonly model: Vae;
  readonly parameters: NamedParameters;
  /** The training examples. */
  readonly examples: Examples;
  /** The training's. */
  readonly seed: number;
}

/** Parameters with a fitted prior, and what there is to say of the fit. */
export interface FittedPrior {
  readonly parameters: NamedParameters;
  readonly note?: string | undefined;
}

/**
 * The parameters with those of a prior that is fitted to codes (`Prior.fit`): one draw z ~ q(z|x) of each training example, by the
 * parameters that are kept; of a prior over codes, their numbers. As they are where the prior is none such.
 */
export async function withFittedPrior(options: FitPriorOptions): Promise<FittedPrior> {
  const { model, parameters, seed } = options;
  if (!model.fitPrior) return { parameters };
  const key = foldIn(seedKey(seed), streams.prior);
  const codes = await codesOf({ ...options, key: foldIn(key, 1) });
  const values = model.fitPrior(codes, foldIn(key, 0));
  return { parameters: { ...parameters, ...values }, note: model.describePriorFit?.(codes, foldIn(key, 0)) };
}

/** [n, latent], or [n, positions] of codes by their numbers */
async function codesOf({
  engine,
  model: of,
  parameters,
  examples,
  key,
}: Omit<FitPriorOptions, 'seed'> & { readonly key: Key }): Promise<NdArray<'float64'>> {
  const { x, model } = ofRows(of, rowInput(of));
  const posterior = model.encode(parameterInputs(model.parameters), x);
  const drawn = keyInput('key');
  const numbers = has(model.parts.prior, 'codes') ? posterior.codes : undefined;
  const size = numbers ? (model.book?.positions ?? 0) : model.latent;
  const z = numbers ? codeIndices(numbers.assignment) : posterior.sample(drawn);
  const spec = { outputs: { z }, boundInputs: parameters };
  const program = await ParallelProgram.compile(engine, spec);
  program.expect(examples.size);
  const codes = new Float64Array(examples.size * size);
  let done = 0;
  try {
    const batches = batchesInOrder(examples, { key, batchSize: 256 });
    for await (const { z } of mapInOrder(batches, program.width, ({ x, key: own }) =>
      program.run({ x, ...(posterior.noiseSize > 0 && { key: keyWords(own) }) }),
    )) {
      codes.set(z?.data ?? [], done);
      done += z?.size ?? 0;
    }
  } finally {
    await program.dispose();
  }
  return new NdArray(codes, [examples.size, size]);
}
