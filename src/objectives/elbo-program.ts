import type { NdArray } from '../core/index.ts';
import type { Engine, Program } from '../engine/index.ts';
import { input, keyInput, keyWords } from '../graph/index.ts';
import type { Vae } from '../models/index.ts';
import { parameterInputs } from '../nn/index.ts';
import type { Key } from '../random/index.ts';
import { elboTerms } from './elbo.ts';

/** What a model says of the examples of a batch. */
export interface ElboValues {
  /** log p(x|z) at one draw of z, nats, [batch] */
  readonly reconstruction: NdArray;
  /** KL(q(z|x) ‖ p(z)), nats, [batch] */
  readonly kl: NdArray;
  /** Of q(z|x), [batch, latent] */
  readonly mean: NdArray;
  /** Diagonal of q(z|x)'s covariance, [batch, latent] */
  readonly variance: NdArray;
}

/**
 * The ELBO terms of a model, compiled once for batches of any size. The parameters are read in place: what a training
 * step writes there, the next call sees.
 */
export class ElboProgram {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  static async compile(
    engine: Engine,
    model: Vae,
    parameters: Readonly<Record<string, NdArray>>,
  ): Promise<ElboProgram> {
    const x = input('x', ['batch', model.inputSize]);
    const { posterior, likelihood } = model.apply(parameterInputs(model.parameters), x, { key: keyInput('key') });
    const terms = elboTerms({ posterior, prior: model.prior, likelihood, x });
    const outputs = { ...terms, mean: posterior.mean, variance: posterior.variance };
    return new ElboProgram(await engine.compile({ outputs, boundInputs: parameters }));
  }

  /** One draw of z for each row of x [batch, inputSize]. */
  async run(x: NdArray<'float32'>, key: Key): Promise<ElboValues> {
    return (await this.#program.run({ x, key: keyWords(key) })) as unknown as ElboValues;
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}
